"""An experiment on the way to Customer.io: part of the people wait for the daily hour, all others do not."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from campaign_health.route.experiment_law import Experiment, arm_of, salted
from campaign_health.route.lanes.turn_decision import Deciding
from campaign_health.route.lanes.turns import Waiting
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.events.event_queue import waiting_fresh
from storage.outbox.events.held_events import RELEASED, end_hold, expire_held, held_reason, hold_of, open_hold
from storage.outbox.people.experiment_log import ArmNumbers, arm_numbers, count_observed
from storage.outbox.route_file import open_route_file
from tests.holding_cast import EVENT, MANIFEST, Company, company
from tests.net_cast import exported, look, moved_for, net_of
from tests.outbox_places import place, postgres_place, postgres_server
from tests.waiting import until

__all__ = ["place", "postgres_place", "postgres_server"]
DAY = 86_400.0
COMPARED = MANIFEST.replace("    profile: {plan: plan}\n", "").replace(
    "    event: project.created\n",
    '    event: project.created\n    experiment: {hold_back: 50 %, at: "09:00", converted: paid}\n',
)


@dataclass
class Clock:
    """The time that it is, and how much later the company takes it to be."""

    later: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.later


def said(found: Company) -> Experiment:
    contract = found.moving.contract
    assert contract is not None
    return contract.experiments[EVENT]


def in_arm(found: Company, arm: str, number: int = 0) -> str:
    """A person of an arm."""
    of = said(found)
    people = (f"u-{one}" for one in range(1000))
    return [one for one in people if arm_of(found.hash_of("default", salted(of.campaign, one)), of.percent) == arm][
        number
    ]


def arms(found: Company) -> dict[str, ArmNumbers]:
    with open_route_file(found.place) as connection:
        return arm_numbers(connection, "default", said(found).campaign, said(found).said)


def sent_people(found: Company) -> list[str]:
    return [one["identifiers"]["id"] for one in found.events()]


def test_who_is_held_back_gets_it_at_the_daily_hour_with_its_own_time_and_all_others_at_once(place: Place) -> None:
    clock = Clock()
    with company(place, COMPARED, clock=clock) as found:
        held, free = in_arm(found, "held_back"), in_arm(found, "at_once")
        happened = int(time.time() - 5)
        found.happen(held, ago=5)
        found.happen(free, ago=5)
        until(lambda: sent_people(found) == [free] and found.numbers().get("held") == 1)
        assert [arms(found)[one].assigned for one in ("at_once", "held_back")] == [1, 1]
        time.sleep(1.5)
        assert sent_people(found) == [free], "it is not time yet"
        clock.later = DAY
        until(lambda: found.numbers().get("delivered") == 2)
        assert sent_people(found) == [free, held]
        assert abs(found.events()[1]["timestamp"] - happened) <= 1
        assert found.numbers().get("held") is None
        assert arms(found)["held_back"].assigned == 1, "counted once"


def test_nobody_gets_it_twice_where_the_process_ends_while_it_waits_or_as_it_goes(tmp_path: Path) -> None:
    clock = Clock()
    with company(tmp_path, COMPARED, clock=clock) as found:
        held = in_arm(found, "held_back")
        found.happen(held, number=1)
        until(lambda: found.numbers().get("held") == 1)
    with company(tmp_path, None, clock=clock, status=503) as found:
        clock.later = DAY
        until(lambda: len(found.events()) >= 1)
        first = found.events()[0]
        found.happen(held, number=1)  # the same one from elsewhere
    with company(tmp_path, None, clock=clock) as found:
        until(lambda: found.numbers().get("delivered") == 1)
        assert [one["id"] for one in found.events()] == [first["id"]], "to Customer.io it is the same event"
        assert arms(found)["held_back"].assigned == 1


def test_who_was_counted_while_their_event_was_kept_back_does_not_count_again(tmp_path: Path) -> None:
    clock = Clock()
    short = COMPARED.replace("converted: paid", "converted: paid, within: 1 day").replace(
        "    experiment:", "    relevant_for: 71 hours\n    experiment:"
    )
    with company(tmp_path, short, clock=clock) as found:
        found.happen(in_arm(found, "held_back"), ago=20 * 3600)
        until(lambda: found.numbers().get("held") == 1)
        of = said(found)
        over = time.time() + 1.5 * DAY
        found.write(
            lambda connection: count_observed(
                connection, "default", of.campaign, of.said, "paid", of.within_seconds, over
            )
        )
        assert arms(found)["held_back"].observed == 1
        clock.later = 1.5 * DAY
        until(lambda: found.numbers().get("delivered") == 1)
        assert arms(found)["held_back"].assigned == 1
        found.happen(in_arm(found, "at_once"), ago=20 * 3600)
        until(lambda: found.numbers().get("delivered") == 2)
        assert "at_once" not in arms(found), "their time was over before it could be known"


def test_who_waits_is_decided_so_each_time_and_sent_in_no_case_before_the_hour(place: Place) -> None:
    with company(place, COMPARED) as found:
        found.courier.stop()
        found.happen(in_arm(found, "held_back"))
        deciding = Deciding(found.hash_of)
        with open_route_file(place) as connection:
            ((number, one),) = waiting_fresh(connection, "default", 0, 9)
        event = Waiting(number, "fresh", "default", EVENT, one.key, one.person, one.event_time, one.received,
                        one.expires, one.body)  # fmt: skip
        prepared = found.moving.operation(event)
        for again in range(2):
            decided: list[object] = []
            found.write(lambda connection, said=decided: said.append(deciding.decide(connection, event, prepared)))
            assert decided == ["delayed"], again
        assert found.numbers().get("held") == 1


def test_an_event_goes_before_its_hour_where_it_would_be_of_no_use_then(tmp_path: Path) -> None:
    clock = Clock()
    with company(tmp_path, COMPARED, clock=clock) as found:
        held = in_arm(found, "held_back")
        found.happen(held, ago=26 * 3600 - 600)  # ten minutes are left
        until(lambda: found.numbers().get("delivered") == 1)
        assert arms(found)["held_back"].assigned == 1, "who was assigned counts, whatever became of it"


def test_who_waits_goes_at_once_when_the_experiment_is_taken_out_of_the_manifest(tmp_path: Path) -> None:
    with company(tmp_path, COMPARED) as found:
        found.happen(in_arm(found, "held_back"))
        until(lambda: found.numbers().get("held") == 1)
        (tmp_path / "campaign-health.yaml").write_text(MANIFEST, encoding="utf-8")
        until(lambda: found.numbers().get("delivered") == 1)


def test_a_hold_that_began_meanwhile_keeps_what_waited_for_its_hour(tmp_path: Path) -> None:
    clock = Clock()
    with company(tmp_path, COMPARED, clock=clock) as found:
        found.happen(in_arm(found, "held_back"))
        until(lambda: found.numbers().get("held") == 1)
        found.write(lambda connection: open_hold(connection, "default", EVENT, "everything", "why", 1e9, source="hand"))
        until(lambda: found.moving.is_held(EVENT))
        clock.later = DAY
        time.sleep(2)
        assert found.events() == []

        def let_go(connection: object) -> None:
            hold = hold_of(connection, "default", EVENT)  # type: ignore[arg-type]
            assert hold is not None
            end_hold(connection, hold, RELEASED, 2e9)  # type: ignore[arg-type]

        found.write(let_go)
        until(lambda: found.numbers().get("delivered") == 1)


def test_only_events_that_answer_the_campaigns_when_are_compared(tmp_path: Path) -> None:
    manifest = COMPARED.replace("    experiment:", "    when: {created: at least 2}\n    experiment:")
    with company(tmp_path, manifest) as found:
        held = in_arm(found, "held_back")
        found.happen(held)
        until(lambda: found.numbers().get("delivered") == 1)
        assert arms(found) == {}
        found.happen(held)
        until(lambda: found.numbers().get("held") == 1)
        assert arms(found)["held_back"].assigned == 1


def test_who_had_the_message_already_is_not_compared(tmp_path: Path) -> None:
    manifest = COMPARED.replace("    experiment:", "    once: ever\n    experiment:")
    clock = Clock()
    with company(tmp_path, manifest, clock=clock) as found:
        held, free = in_arm(found, "held_back"), in_arm(found, "at_once")
        for person in (held, held, free, free):
            found.happen(person)
        until(lambda: found.numbers().get("held") == 2 and found.numbers().get("suppressed_once") == 1)
        clock.later = DAY
        until(lambda: found.numbers().get("suppressed_once") == 2)
        assert sorted(sent_people(found)) == sorted([held, free])
        assert {name: one.assigned for name, one in arms(found).items()} == {"held_back": 1, "at_once": 1}


def test_in_shadow_nobody_waits_and_nobody_is_counted(tmp_path: Path) -> None:
    with company(tmp_path, COMPARED, mode="shadow") as found:
        found.happen(in_arm(found, "held_back"))
        until(lambda: found.numbers().get("shadowed") == 1)
        assert arms(found) == {}


def test_it_is_told_why_it_waits_and_too_many_held_events_do_not_end_it(tmp_path: Path) -> None:
    with company(tmp_path, COMPARED) as found:
        found.happen(in_arm(found, "held_back"))
        until(lambda: found.numbers().get("held") == 1)
        with open_route_file(tmp_path) as connection:
            (key,) = connection.execute("SELECT key FROM held_event").fetchone()
            assert held_reason(connection, key) == ("", "experiment", "")
            assert expire_held(connection, "default", time.time(), 0) == 0


def test_a_conversion_that_no_door_was_sent_is_found_in_the_export(place: Place) -> None:
    with company(place, COMPARED) as found, exported() as there:
        moved_for(found, 2 * 3600)
        free = in_arm(found, "at_once")
        there.has(free, "paid", ago=600)
        there.has("u-5000", "paid", ago=700)
        there.has(free, "opened", ago=600)
        assert look(found, net_of(found, there))
        with open_route_file(place) as connection:
            rows = connection.execute("SELECT event, person FROM experiment_conversion").fetchall()
        assert {(event, bytes(person)) for event, person in rows} == {
            ("paid", found.hash_of("default", free)), ("paid", found.hash_of("default", "u-5000")),
        }  # fmt: skip
        assert "paid" in str(there.server.asked[-1]), "it was asked for"
        assert found.numbers() == {}, "it is not moved"


@pytest.mark.parametrize("name", ["paid", "project.created"])
def test_a_conversion_is_known_by_its_event_moved_or_not(tmp_path: Path, name: str) -> None:
    with company(tmp_path, COMPARED.replace("converted: paid", f"converted: {name}")) as found:
        contract = found.moving.contract
        assert contract is not None
        assert contract.conversion(name, {"$user_id": "u-1"}, "backend") == (name, 7 * DAY, "u-1")
