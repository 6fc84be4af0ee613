"""`route recover --way`, over real HTTP: their own events again, or a broadcast; ten first, and nobody twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from campaign_health.cli.main import campaign_health
from campaign_health.errors import CouldNotStart, Refused
from campaign_health.sandbox.world.counting import instants_of
from campaign_health.sandbox.world.world import TriggeredTruth
from campaign_health.state.recovery_states import read_recovery_states
from storage.file.database import open_published
from storage.outbox.recovery_ledger import RecoveryLedger
from storage.outbox.report_log import ReportRow, insert_report
from storage.outbox.route_file import PersonHash, committed, open_route_file
from tests.collecting_cast import SIGNED_UP, Installation
from tests.openapi import answer_violations, request_violations
from tests.recovery_cast import (
    BROKEN_DAYS,
    MANIFEST_NAME,
    RENAMED,
    WELCOME,
    company_at_hand,
    qualifying,
    run_command,
    truth,
)

pytestmark = pytest.mark.slow("recoveries")
BROADCAST = 77
DECLARED = f"""\
events:
  "{SIGNED_UP}":
    properties:
      plan: {{type: string, required: true}}
"""


@pytest.fixture
def company(silent_company: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The silent company with its rename confirmed, its event declared, and a broadcast for who missed it."""
    found = company_at_hand(silent_company, tmp_path, monkeypatch)
    manifest = tmp_path / MANIFEST_NAME
    named = manifest.read_text().replace(
        "    conversion_event:", f"    recovery_broadcast: {BROADCAST}\n    conversion_event:"
    )
    manifest.write_text(named + DECLARED)
    world = found.sandbox.world
    made = TriggeredTruth(
        BROADCAST, "Missed welcome", datetime(2025, 1, 1, tzinfo=UTC), {"sent": np.zeros(world.days, int)}
    )
    world.broadcasts[BROADCAST] = made
    run_command("decide", str(WELCOME), "renamed", "--by", "Ada")
    return found


def recover(*words: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        run_command("route", "recover", str(WELCOME), "--json", *words, code=code).stdout
    )
    return found


def send(way: str, *words: str, code: int = 0) -> dict[str, Any]:
    number = recover("--way", way)["reachable_by_way"]
    return recover("--way", way, "--send", "--people", str(number), "--canary-minutes", "0.1", *words, code=code)


def delivered(company: Installation, kind: str) -> list[str]:
    return [one.person for one in company.sandbox.world.received.deliveries if one.kind == kind and not one.fails]


def of_last_three_days(company: Installation) -> set[str]:
    """The truth: who qualified in the last 71 hours, and can still be reached."""
    world, now = company.sandbox.world, company.sandbox.now.timestamp()
    daily = world.events[RENAMED].daily
    times = {
        day: instants_of(int(daily[day]), int(world.starts[day]), int(world.starts[day + 1])) for day in BROKEN_DAYS
    }
    late = {
        person
        for person, events in qualifying(world).items()
        if any(now - 71 * 3600 <= times[day][number] <= now for day, number in events)
    }
    return late & truth(world)["reachable"]


def test_their_own_events_reach_everybody_of_the_last_71_hours_and_nobody_twice(company: Installation) -> None:
    wanted = of_last_three_days(company)
    assert len(wanted) > 20
    found = recover("--way", "replay")
    assert found["reachable_by_way"] == len(wanted)
    assert company.sandbox.world.received.events == [], "nothing is sent without --send"
    sent = send("replay")
    assert sent["sent"] == {
        "people": len(wanted), "refused": 0, "stopped": None, "first": 10, "first_sent": 10, "first_failed": 0,
    }  # fmt: skip
    assert sorted(delivered(company, "campaign")) == sorted(wanted)
    events = company.sandbox.world.received.events
    assert {event.name for event in events} == {SIGNED_UP}, "the name that the campaign listens to"
    assert all(set(event.attributes) == {"plan"} for event in events)
    assert len({event.ulid for event in events}) == len(events)
    assert recover("--way", "replay")["reachable_by_way"] == 0
    assert len(delivered(company, "campaign")) == len(wanted)


def test_ten_are_first_and_their_requests_are_as_described(company: Installation) -> None:
    company.sandbox.forget_requests()
    send("replay")
    asked = company.sandbox.requests
    batches = [json.loads(one.posted)["batch"] for one in asked if one.endpoint == "customerio-track.batch"]
    assert len(batches[0]) == 10
    assert request_violations(asked) == []
    assert answer_violations(asked) == []


@pytest.mark.parametrize("way", ["replay", "broadcast"])
def test_where_the_first_get_nothing_the_others_are_left_alone_and_it_is_said(company: Installation, way: str) -> None:
    world = company.sandbox.world
    world.people = replace(world.people, suppressed=frozenset(truth(world)["reachable"]))
    if way == "replay":
        assert recover("--way", way)["reachable_by_way"] > 20
    found = send(way, code=1)
    assert (found["sent"]["people"], found["sent"]["first_sent"]) == (10, 0)
    assert found["sent"]["stopped"] == "of the first 10 people, nobody was sent the message"
    with open_published(company.data_dir) as connection:
        (state,) = read_recovery_states(connection, "default", WELCOME)
    said = " ".join(state.sentences(world.zone, world.today(company.sandbox.now)))
    assert "It stopped there: of the first 10 people, nobody was sent the message." in said
    left = found["can_be_reached"] - 10
    assert f"{left} people were left alone." in said
    world.people = replace(world.people, suppressed=frozenset())
    assert recover("--way", "broadcast")["can_be_reached"] == left, "they can be reached by another run"


def test_where_messages_to_the_first_fail_the_others_are_left_alone(company: Installation) -> None:
    world = company.sandbox.world
    world.people = replace(world.people, failing=frozenset(truth(world)["reachable"]))
    found = send("broadcast", code=1)
    assert found["sent"]["first_failed"] == 10
    assert found["sent"]["stopped"] == "of the first 10 people, nobody was sent the message and it failed for 10"
    assert len(company.sandbox.world.received.deliveries) == 10


def test_a_broadcast_reaches_everybody_who_can_be_reached_ten_of_them_first(company: Installation) -> None:
    wanted = truth(company.sandbox.world)["reachable"]
    company.sandbox.forget_requests()
    found = send("broadcast", "--by", "Ada")
    assert (found["sent"]["people"], found["sent"]["stopped"]) == (len(wanted), None)
    assert sorted(delivered(company, "broadcast")) == sorted(wanted)
    assert len(company.sandbox.world.received.triggers) == 2
    assert request_violations(company.sandbox.requests) == []
    assert answer_violations(company.sandbox.requests) == []
    assert recover("--way", "broadcast")["can_be_reached"] == 0
    with open_published(company.data_dir) as connection:
        (state,) = read_recovery_states(connection, "default", WELCOME)
    said = " ".join(state.sentences(company.sandbox.world.zone, company.sandbox.world.today(company.sandbox.now)))
    assert f"{len(wanted)} people were in the broadcast by Ada on " in said


def test_the_reports_alone_are_enough_to_go_on(company: Installation) -> None:
    """Customer.io's list may be behind; what `route serve` has kept counts as well."""
    first = sorted(truth(company.sandbox.world)["reachable"])[:10]
    now = company.sandbox.now.timestamp()
    with open_route_file(company.data_dir) as connection, committed(connection):
        hash_of = PersonHash(company.data_dir)
        for number, person in enumerate(first):
            known_as = (f"d{number}", None, None, hash_of("default", person), None)
            row = ReportRow("default", f"e{number}", "sent", "email", now + 1, now + 1, BROADCAST, None, *known_as)
            insert_report(connection, row)
    company.sandbox.world.people = replace(company.sandbox.world.people, forgotten=frozenset(first))
    assert send("broadcast")["sent"]["stopped"] is None


def test_a_wrong_number_writes_nothing_and_the_ways_say_what_they_need(company: Installation, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="1 is not"):
        CliRunner().invoke(
            campaign_health, ["route", "recover", str(WELCOME), "--way", "broadcast", "--send", "--people", "1"],
            catch_exceptions=False, standalone_mode=False,
        )  # fmt: skip
    assert company.sandbox.world.received.triggers == []
    manifest = tmp_path / MANIFEST_NAME
    manifest.write_text(
        manifest.read_text().replace(DECLARED, "").replace(f"    recovery_broadcast: {BROADCAST}\n", "")
    )
    for way, needed in (("replay", "does not say what"), ("broadcast", "names no broadcast")):
        with pytest.raises(CouldNotStart, match=needed):
            CliRunner().invoke(
                campaign_health, ["route", "recover", str(WELCOME), "--way", way], catch_exceptions=False,
                standalone_mode=False,
            )  # fmt: skip


def test_one_way_goes_on_where_another_ended(company: Installation) -> None:
    everybody = truth(company.sandbox.world)["reachable"]
    by_event = send("replay")["sent"]["people"]
    found = send("segment")
    assert found["segment"]["added"] == len(everybody) - by_event
    with open_published(company.data_dir) as connection:
        (state,) = read_recovery_states(connection, "default", WELCOME)
    assert (state.replayed, state.put_into_segment, state.can_be_reached) == (by_event, len(everybody) - by_event, 0)
    with open_route_file(company.data_dir) as connection:
        ledger = RecoveryLedger(connection, PersonHash(company.data_dir), "default", WELCOME)
        assert [(one.way, one.people) for one in ledger.recoveries()] == [
            ("replay", by_event), ("segment", len(everybody) - by_event),
        ]  # fmt: skip
