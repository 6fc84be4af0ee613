"""`campaign-health route recover`, over real HTTP: who missed a message is told to the last one, and reached once."""

from __future__ import annotations

import csv
import json
import re
import stat
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.situation_reads import read_situation
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.errors import CouldNotStart, Refused
from campaign_health.process.collect_lock import workspace_part
from campaign_health.process.run_lock import RECOVERING, only_one
from campaign_health.route.doors.reading_reports import read_report
from campaign_health.state.recovery_states import read_recovery_states
from collectors.errors import CollectorError
from storage.file.database import open_published
from storage.outbox.report_log import insert_report
from storage.outbox.route_file import PersonHash, committed, open_route_file
from tests.collecting_cast import Installation
from tests.openapi import answer_violations, request_violations
from tests.recovery_cast import RENAMED, SILENT, WELCOME, company_at_hand, run_command, truth
from tests.reports_cast import report
from tests.test_dashboard_states import drawn
from tests.test_dashboard_states import said as drawn_text

HALF_ANSWERS = (("cut", "mixpanel.export"), ("html", "customerio.messages"), ("html", "customerio.people"))
pytestmark = pytest.mark.slow("recoveries")


@pytest.fixture
def installation(silent_company: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    return company_at_hand(silent_company, tmp_path, monkeypatch)


@pytest.fixture
def confirmed(installation: Installation) -> Installation:
    run_command("decide", str(WELCOME), "renamed", "--by", "Ada")
    return installation


def numbers(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run_command("route", "recover", str(WELCOME), "--json", *words).stdout)
    return found


def test_everybody_who_missed_it_is_told_apart_as_the_world_has_them(confirmed: Installation, tmp_path: Path) -> None:
    of = {reason: len(people) for reason, people in truth(confirmed.sandbox.world).items()}
    assert min(of.values()) > 0, "each kind is there"
    found = numbers("--write", str(tmp_path / "people.csv"))
    assert found["reached"] == of["reached"]
    assert found["reasons"] == {reason: of[reason] for reason in found["reasons"]}
    assert set(found["reasons"]) == {"converted", "not_in_customerio", "unsubscribed", "no_address"}
    assert found["can_be_reached"] == of["reachable"]
    assert found["should_have"] == sum(of.values()) == found["missed"] + found["reached"]
    with (tmp_path / "people.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    written = {row["person"] for row in rows if row["can_be_reached"] == "yes"}
    assert written == truth(confirmed.sandbox.world)["reachable"]
    assert stat.S_IMODE((tmp_path / "people.csv").stat().st_mode) == 0o600
    said = " ".join(run_command("route", "recover", str(WELCOME)).stdout.split())
    assert f"{found['missed']} people missed it; {found['can_be_reached']} can still be reached." in said
    assert "Nothing was written." in said
    assert confirmed.sandbox.world.people.members == {}


def test_the_segment_holds_exactly_them_and_a_second_run_adds_nobody(confirmed: Installation) -> None:
    reachable = truth(confirmed.sandbox.world)["reachable"]
    filled = numbers("--send", "--people", str(len(reachable)), "--by", "Ada")["segment"]
    assert filled["added"] == len(reachable)
    assert filled["not_in_it"] == 0
    assert confirmed.sandbox.world.people.members == {filled["id"]: reachable}
    confirmed.sandbox.forget_requests()
    again = numbers("--send", "--people", "0")
    assert again["can_be_reached"] == 0
    assert again["reasons"]["recovered_before"] == len(reachable)
    assert confirmed.sandbox.count("customerio-track") == 0
    assert confirmed.sandbox.world.people.members == {filled["id"]: reachable}


def test_whoever_a_report_says_was_sent_the_message_has_got_it(confirmed: Installation) -> None:
    """Customer.io's own list of messages can be behind its reports."""
    reachable = sorted(truth(confirmed.sandbox.world)["reachable"])
    told = report(1, timestamp=int(confirmed.sandbox.now.timestamp()) - 60)
    told["data"] |= {"campaign_id": WELCOME, "identifiers": {"id": reachable[0], "email": None, "cio_id": "a1"}}
    with open_route_file(confirmed.data_dir) as connection, committed(connection):
        row = read_report(json.dumps(told).encode(), "default", "id", PersonHash(confirmed.data_dir), 0.0)
        assert insert_report(connection, row)
    assert numbers()["can_be_reached"] == len(reachable) - 1


def test_the_page_is_told_at_once_and_the_next_collection_knows_it_too(confirmed: Installation) -> None:
    today = confirmed.sandbox.now.date()

    def said() -> tuple[str, ...]:
        with open_published(confirmed.data_dir) as connection:
            [state] = read_recovery_states(connection, "default", WELCOME)
        return state.sentences(confirmed.sandbox.world.zone, today)

    def page() -> str:
        st.cache_data.clear()
        return drawn_text(drawn("campaign", campaign=str(WELCOME))).replace("\\", "")

    assert f"campaign-health route recover {WELCOME}" in page()
    found = numbers()
    can = found["can_be_reached"]
    assert said()[0].endswith(f"{found['missed']} people missed it; {can} can still be reached.")
    assert said()[1].endswith("nobody was reached yet.")
    numbers("--send", "--people", str(can), "--by", "Ada")
    numbers()
    assert said()[0].endswith(f"{found['missed']} people missed it; {can} can still be reached.")
    assert said()[1].startswith(f"{can} were put into the segment Missed: ")
    assert " by Ada on " in said()[1]
    with open_published(confirmed.data_dir) as connection:
        situation = read_situation(connection, "default", "terminal", confirmed.sandbox.now)
    digest = build_digest(situation, announcement_id="A", kind="digest", today=today, dashboard_url=None)
    assert f"{can} were put into the segment Missed: " in " ".join(plain_text(digest).split())
    before = said()
    assert all(sentence in page() for sentence in before)
    assert confirmed.collect().exit_code() == 0
    assert said() == before
    assert confirmed.value("SELECT outcome FROM collection WHERE source = 'route'") == "complete"
    (confirmed.data_dir / "route_numbers.json").write_text('{"version": 1, "workspaces": {"default": 7}}')
    confirmed.next_day()
    report = confirmed.collect()
    assert confirmed.outcomes(report)["route"] == "failed"
    assert said() == before, "what is stored stays"


def test_messages_that_name_nobody_are_counted(confirmed: Installation) -> None:
    people = confirmed.sandbox.world.people
    got_it = sorted(truth(confirmed.sandbox.world)["reached"])
    confirmed.sandbox.world.people = replace(people, forgotten=frozenset(got_it[:1]))
    found = numbers()
    assert found["messages_of_nobody"] == 1
    assert found["reached"] == len(got_it) - 1
    assert "1 message of Customer.io's list" in " ".join(run_command("route", "recover", str(WELCOME)).stdout.split())


def test_whoever_s_event_is_of_the_last_hour_is_not_named_yet(
    confirmed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert numbers()["too_new_events"] == 0
    zone = confirmed.sandbox.world.zone
    midday = (confirmed.sandbox.now - timedelta(days=1)).astimezone(zone).replace(hour=12, minute=0, second=0)
    confirmed.sandbox.set_now(midday.astimezone(UTC))
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", midday.isoformat())
    found = numbers()
    assert 0 < found["too_new_events"] < found["qualifying_events"]


def test_nothing_is_written_unless_the_number_is_typed_back(confirmed: Installation) -> None:
    with pytest.raises(Refused, match="is not"):
        run_command("route", "recover", str(WELCOME), "--send", "--people", "3")
    assert confirmed.sandbox.world.people.members == {}


def test_a_run_that_was_cut_off_goes_on_with_its_segment(confirmed: Installation) -> None:
    reachable = truth(confirmed.sandbox.world)["reachable"]
    confirmed.sandbox.fail("not_found", "customerio-track.add_customers")
    with pytest.raises(CollectorError):
        run_command("route", "recover", str(WELCOME), "--send", "--people", str(len(reachable)))
    confirmed.sandbox.mend()
    filled = numbers("--send", "--people", str(len(reachable)))["segment"]
    assert confirmed.sandbox.world.people.members == {filled["id"]: reachable}


def test_a_run_that_was_cut_off_goes_on_in_its_segment_though_the_incident_went_on(confirmed: Installation) -> None:
    """Whoever it put in and could not note would else be put into a second segment, and get the message twice."""
    last = f"{confirmed.sandbox.now.date() - timedelta(days=3)}"
    first = f"{confirmed.sandbox.now.date() - timedelta(days=SILENT)}"
    some = numbers("--since", first, "--until", last)["can_be_reached"]
    confirmed.sandbox.fail("not_found", "customerio-track.add_customers")
    with pytest.raises(CollectorError):
        run_command(
            "route", "recover", str(WELCOME), "--since", first, "--until", last, "--send", "--people", str(some)
        )
    confirmed.sandbox.mend()
    reachable = truth(confirmed.sandbox.world)["reachable"]
    filled = numbers("--send", "--people", str(len(reachable)))["segment"]
    assert confirmed.sandbox.world.people.members == {filled["id"]: reachable}
    with open_published(confirmed.data_dir) as connection:
        [_, state] = sorted(read_recovery_states(connection, "default", WELCOME), key=lambda one: one.put_into_segment)
    assert state.segment == filled["name"]


def test_a_segment_of_the_same_name_that_somebody_else_made_is_left_alone(confirmed: Installation) -> None:
    reachable = truth(confirmed.sandbox.world)["reachable"]
    filled = numbers("--send", "--people", str(len(reachable)))["segment"]
    (confirmed.data_dir / "route.sqlite").unlink()
    (confirmed.data_dir / "route.key").unlink()
    [theirs] = [one for one in confirmed.sandbox.world.segments if one["id"] == filled["id"]]
    theirs["description"] = "Another campaign's"
    confirmed.sandbox.world.people.members[filled["id"]] = {"u-1"}
    ours = numbers("--send", "--people", str(len(reachable)))["segment"]
    assert confirmed.sandbox.world.people.members == {filled["id"]: {"u-1"}, ours["id"]: reachable}


def test_two_that_send_at_once_do_not_both_send(confirmed: Installation) -> None:
    reachable = truth(confirmed.sandbox.world)["reachable"]
    with only_one(confirmed.data_dir, f"{RECOVERING}.{workspace_part('default')}"):
        with pytest.raises(CouldNotStart, match="Another recovery is in progress"):
            run_command("route", "recover", str(WELCOME), "--send", "--people", str(len(reachable)))
        assert numbers()["can_be_reached"] == len(reachable), "looking disturbs nobody"
    assert confirmed.sandbox.world.people.members == {}


def test_half_an_answer_names_nobody(confirmed: Installation) -> None:
    for kind, endpoint in HALF_ANSWERS:
        confirmed.sandbox.fail(kind, endpoint, "every", times=None)
        with pytest.raises(CollectorError):
            run_command("route", "recover", str(WELCOME), "--send", "--people", "1")
        confirmed.sandbox.mend()
    assert confirmed.sandbox.world.people.members == {}


def test_a_rename_that_nobody_confirmed_is_asked_for_first(installation: Installation) -> None:
    with pytest.raises(Refused, match=RENAMED):
        run_command("route", "recover", str(WELCOME))


def test_requests_and_answers_are_as_the_official_descriptions_say(confirmed: Installation) -> None:
    confirmed.sandbox.forget_requests()
    numbers("--send", "--people", str(len(truth(confirmed.sandbox.world)["reachable"])))
    asked = confirmed.sandbox.requests
    assert {one.method for one in asked} == {"GET", "POST"}
    assert request_violations(asked) == []
    assert answer_violations(asked) == []


def test_nobody_leaks(confirmed: Installation, tmp_path: Path) -> None:
    """Every file of the data directory, and all that is printed, is searched for everybody who should have got it."""
    reachable = truth(confirmed.sandbox.world)["reachable"]
    said = run_command("route", "recover", str(WELCOME), "--send", "--people", str(len(reachable))).output
    said += run_command("status", "--json").output
    folder = confirmed.data_dir
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    held += b"".join(path.read_bytes() for path in tmp_path.glob("*") if path.is_file()) + said.encode()
    everybody = [person for people in truth(confirmed.sandbox.world).values() for person in people]
    assert [one for one in everybody if re.search(rb"%s\b" % one.encode(), held)] == []
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob("route.*")} == {
        "route.key": 0o600, "route.sqlite": 0o600,
    }  # fmt: skip
