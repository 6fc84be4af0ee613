"""Holds: kept back is what cannot be sent, and it goes out in order, once each, when the contract holds again."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign_health.decisions.record_decision import change_warehouse, record_decision
from campaign_health.route.holding import hold_keeper
from storage.file.database import Warehouse
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.events.event_letters import letter_groups
from storage.outbox.events.event_pace import note_pace
from storage.outbox.events.held_events import HAND, end_hold, expire_held, hold_of, open_hold
from storage.outbox.route_file import open_route_file
from storage.read.decisions_made import DecisionKind
from tests.holding_cast import EVENT, MANIFEST, company
from tests.waiting import until

pytestmark = pytest.mark.slow("holds")
MENDED = MANIFEST.replace("plan: {type: string, required: true}", "plan: {type: object, required: true}").replace(
    "        plan: plan\n", "        plan: plan.name\n"
).replace("profile: {plan: plan}", "profile: {plan.name: plan}")  # fmt: skip
ON_DRIFT = MANIFEST + "    on_drift: hold\n"


def test_a_type_that_changed_is_kept_back_with_its_first_ones_and_goes_out_in_order_once_the_manifest_fits(
    place: Place,
    tmp_path: Path,
) -> None:
    with company(place) as found:
        for number in range(4):
            found.happen(f"old-{number}")
        for number in range(8):
            found.happen("u-1", plan={"name": f"plan {number}"})
        until(lambda: found.numbers().get("held") == 8)
        assert found.numbers().get("dead", 0) == 0, "the first four were fetched back"
        (hold,) = found.holds()
        assert (hold.event, hold.kind, hold.field) == (EVENT, "unsendable", "plan")
        found.happen("phone")
        until(lambda: len(found.events()) == 5)
        assert found.numbers()["held"] == 8, "what still fits is not kept"
        (tmp_path / "campaign-health.yaml").write_text(MENDED, encoding="utf-8")
        until(lambda: len(found.events()) == 13)
        assert [one["attributes"]["plan"] for one in found.events()[5:]] == [f"plan {number}" for number in range(8)]
        assert [one["attributes"]["created"] for one in found.events()[5:]] == list(range(1, 9))
        assert len({one["id"] for one in found.events()}) == 13
        until(lambda: found.numbers()["delivered"] == 13)
        assert found.holds() == []


def test_an_event_that_never_fitted_is_no_drift(place: Place) -> None:
    with company(place) as found:
        for number in range(10):
            found.happen(f"u-{number}", plan=["pro"])
            time.sleep(0.02)
            if number == 0:
                # As if it had been so for a day.
                found.write(lambda connection: _as_if_yesterday(connection))
        until(lambda: found.numbers().get("dead") == 10)
        assert found.holds() == []


def _as_if_yesterday(connection: object) -> None:
    deadline = time.monotonic() + 10
    while not connection.execute("SELECT count(*) FROM letter").fetchone()[0]:  # type: ignore[attr-defined]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    for table in ("letter", "event_ledger"):
        connection.execute(f"UPDATE {table} SET received = received - 40000")  # type: ignore[attr-defined]


def test_with_on_drift_everything_of_the_event_waits_and_goes_out_once_it_fits(place: Place, tmp_path: Path) -> None:
    with company(place, ON_DRIFT) as found:
        for number in range(6):
            found.happen(f"u-{number}", plan={"name": "pro"})
        until(lambda: bool(found.holds()))
        assert found.holds()[0].kind == "everything"
        time.sleep(0.2)
        found.happen("fits")
        until(lambda: found.numbers().get("held") == 7)
        assert found.events() == []
        both = ON_DRIFT.replace("plan: {type: string, required: true}", "plan: {}")
        (tmp_path / "campaign-health.yaml").write_text(both, encoding="utf-8")
        until(lambda: len(found.events()) == 7)
        assert found.holds() == []


def test_by_hand_everything_waits_until_it_is_let_go(place: Place, tmp_path: Path) -> None:
    with company(place) as found:
        found.write(lambda connection: open_hold(connection, "default", EVENT, "everything", "x", 1.0, source=HAND))
        until(lambda: found.moving._holds != {})
        for number in range(30):
            found.happen(f"u-{number % 3}", number=number)
        until(lambda: found.numbers().get("held") == 30)
        (tmp_path / "campaign-health.yaml").write_text(MANIFEST + "# changed\n", encoding="utf-8")
        time.sleep(3.5)
        assert found.numbers().get("held") == 30, "a manifest lets nothing go that somebody keeps by hand"
        found.write(lambda connection: end_hold(connection, hold_of(connection, "default", EVENT), "released", 2.0))  # type: ignore[arg-type]
        until(lambda: len(found.events()) == 30)
        for person in range(3):
            of_one = [
                one["attributes"]["created"] for one in found.events() if one["identifiers"]["id"] == f"u-{person}"
            ]
            assert of_one == list(range(1, 11)), "in each person's order, each counted where it happened"


def test_the_new_name_of_an_event_that_fell_silent_is_kept_and_goes_out_under_the_old_one_once_confirmed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold_keeper, "SLOW_LOOK_SECONDS", 0.5)
    with company(place) as found:
        now = time.time()

        def past(connection: object) -> None:
            for day in range(1, 8):
                for _ in range(60):
                    note_pace(connection, "default", EVENT, now - day * 86_400)  # type: ignore[arg-type]
            note_pace(connection, "default", EVENT, now - 10 * 3600)  # type: ignore[arg-type]

        found.write(past)
        found.keeper._started = now - 10 * 3600
        for _ in range(3):
            assert not found.happen(name="project_created")
        until(lambda: bool(found.holds()))
        (hold,) = found.holds()
        assert (hold.event, hold.kind, hold.candidate_of) == ("project_created", "candidate", EVENT)
        assert not found.happen(name="plan_viewed")
        until(lambda: found.moving.routed("project_created") is not None)
        for number in range(5):
            assert found.happen("ada", "project_created", plan=f"p{number}")
        until(lambda: found.numbers("project_created").get("held") == 5)
        found.write(lambda connection: end_hold(connection, hold, "confirmed", time.time()))
        until(lambda: len(found.events()) == 5)
        assert {one["name"] for one in found.events()} == {EVENT}
        assert [one["attributes"]["plan"] for one in found.events()] == [f"p{number}" for number in range(5)]
        found.happen("eve", "project_created")
        until(lambda: len(found.events()) == 6)


def test_what_waits_too_long_becomes_a_letter_and_so_do_the_oldest_of_too_many(place: Place) -> None:
    with company(place) as found:
        found.write(lambda connection: open_hold(connection, "default", EVENT, "everything", "x", 1.0, source=HAND))
        until(lambda: found.moving._holds != {})
        for number in range(6):
            found.happen(f"u-{number}")
        until(lambda: found.numbers().get("held") == 6)
        found.write(lambda connection: expire_held(connection, "default", time.time(), most=4))
        assert (found.numbers()["held"], found.numbers()["expired"]) == (4, 2)
        found.happen("u-6", plan="x" * 10_000)
        until(lambda: found.numbers()["held"] == 5)
        found.write(lambda connection: expire_held(connection, "default", time.time(), most_bytes=10_100))
        assert (found.numbers()["held"], found.numbers()["expired"]) == (3, 4), "the oldest of too many bytes"
        found.write(lambda connection: expire_held(connection, "default", time.time() + 80 * 3600))
        with open_route_file(place) as connection:
            assert [(one.reason, one.count) for one in letter_groups(connection)] == [("hold_expired", 7)]
        assert found.events() == []


def test_in_shadow_nothing_is_kept_back(place: Place) -> None:
    with company(place, mode="shadow") as found:
        for number in range(8):
            found.happen(f"u-{number}", plan={"name": "pro"})
        until(lambda: found.numbers().get("dead") == 8)
        assert found.holds() == []


def test_what_people_say_on_the_dashboard_holds_and_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold_keeper, "SLOW_LOOK_SECONDS", 0.5)

    def say(kind: DecisionKind, **about: object) -> None:
        now = datetime.now(UTC)
        change_warehouse(
            Warehouse(tmp_path), lambda connection: record_decision(connection, "default", kind, "ada", now, **about)
        )

    with company(tmp_path) as found:
        say("hold", event=EVENT, reason="the plan is wrong")
        until(lambda: [(one.kind, one.why) for one in found.holds()] == [("everything", "the plan is wrong")])
        until(lambda: found.moving._holds != {})
        found.happen()
        until(lambda: found.numbers().get("held") == 1)
        say("release", event=EVENT)
        until(lambda: len(found.events()) == 1)
        assert found.holds() == []
        time.sleep(1.5)
        assert found.holds() == [], "what was said before is not said again"
        assert not found.happen(name="project_created")
        say("confirm_rename", event=EVENT, new_event="project_created")
        until(lambda: found.happen("eve", "project_created"))
        until(lambda: [one["name"] for one in found.events()] == [EVENT, EVENT])
