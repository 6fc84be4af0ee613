"""`route try`: what a test workspace answers, read out of what it shows; without --send nothing goes out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.cli.main import campaign_health
from campaign_health.errors import CouldNotStart
from campaign_health.route.trying.trial import Message, Observed, Trial, answers, new_run, remembered
from storage.outbox.report_log import ReportRow, insert_report
from storage.outbox.route_file import committed, open_route_file
from tests.collecting_cast import SIGNED_UP
from tests.moved_cast import CAMPAIGN, Company, company, run
from tests.openapi import request_violations

MAILBOX = "ops@people.example"


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    with company(tmp_path, monkeypatch) as found:
        yield found


def tried(*words: str) -> dict[str, Any]:
    sent = ["--event", SIGNED_UP, "--address", MAILBOX, "--send", "--json", "--wait", "2"]
    told: dict[str, Any] = json.loads(run("route", "try", *sent, *words).stdout)
    return told


def said(told: dict[str, Any]) -> list[str]:
    return [one["said"] for one in told["answers"]]


@pytest.mark.slow("route")
def test_a_workspace_that_is_kind_answers_yes_to_all_and_without_a_campaign_less_is_known(moved: Company) -> None:
    with open_route_file(moved.folder / "data") as connection, committed(connection):
        row = ReportRow("default", "E1", "sent", "push", 1.0, 1.0, 1, 1, "d", None, None, None, None)
        insert_report(connection, row)
    told = tried("--campaign", str(CAMPAIGN))
    assert said(told) == ["yes"] * 7
    assert said(tried()) == ["yes", "unknown", "yes", "yes", "unknown", "yes", "unknown"]
    assert request_violations(moved.sandbox.requests) == []


class _Forgetful(set[str]):
    """Ids that are forgotten at once."""

    def __contains__(self, one: object) -> bool:
        return False


@pytest.mark.slow("route")
def test_a_workspace_that_forgets_ids_is_found_out_at_once_and_one_that_does_later_by_a_repetition(
    moved: Company,
) -> None:
    first = tried()
    again = tried("--repeat", first["run"])
    assert said(again) == ["yes"]
    assert again["people"] == first["people"][:1]
    moved.sandbox.world.received.ulids = _Forgetful()
    assert said(tried("--repeat", first["run"])) == ["no"]
    assert said(tried())[2] == "no"


def test_without_send_nothing_goes_out_and_what_would_is_shown(moved: Company) -> None:
    told = json.loads(run("route", "try", "--json").stdout)["would_send"]
    assert [one["path"].rsplit("/", 1)[1] for one in told] == ["entity", "entity", "entity", "batch", "batch"]
    assert told[1]["body"]["id"] == told[2]["body"]["id"]
    assert "Nothing was sent" in run("route", "try").stdout
    assert [one for one in moved.sandbox.requests if one.method == "POST"] == []
    for words in (["--send"], ["--repeat", "x"]):
        error = CliRunner().invoke(campaign_health, ["route", "try", *words]).exception
        assert isinstance(error, CouldNotStart)


TRIAL = Trial("6a000000-abcdef", "limit", "id", MAILBOX)
KIND = Observed(
    [(TRIAL.ulid(1), TRIAL.person(1)), (TRIAL.ulid(2), TRIAL.person(2))],
    "second",
    [Message(TRIAL.ulid(1), TRIAL.person(1), 103.0, False), Message(TRIAL.ulid(2), TRIAL.person(2), 104.0, False)],
    {"email": 3, "sms": 1},
    100.0,
)


@pytest.mark.parametrize(
    ("changed", "place", "expected"),
    [
        ({"arrivals": [("another", TRIAL.person(1))]}, 0, "no"),
        ({"arrivals": []}, 0, "unknown"),
        ({"messages": [Message("another", TRIAL.person(1), 103.0, False)]}, 1, "no"),
        ({"messages": [Message(None, TRIAL.person(1), 103.0, False)]}, 1, "no"),
        ({"arrivals": [(TRIAL.ulid(1), TRIAL.person(1))] * 2}, 2, "no"),
        ({"attribute": "first"}, 3, "no"),
        ({"attribute": None}, 3, "unknown"),
        ({"messages": [Message(TRIAL.ulid(1), TRIAL.person(1), 103.0, False)]}, 4, "no"),
        ({"messages": [Message(TRIAL.ulid(2), TRIAL.person(2), 103.0, True)]}, 4, "no"),
        ({"channels": {"email": 5}}, 5, "unknown"),
        ({"messages": [Message(TRIAL.ulid(1), TRIAL.person(1), 200.0, False)]}, 6, "no"),
    ],
)
def test_each_answer_hangs_on_what_was_seen(changed: dict[str, Any], place: int, expected: str) -> None:
    assert [one.said for one in answers(TRIAL, KIND)] == ["yes"] * 7
    assert answers(TRIAL, replace(KIND, **changed))[place].said == expected
    assert remembered(TRIAL, KIND, 1e9).said == "yes"


@given(st.integers(1_600_000_000, 4_000_000_000), st.sampled_from(["id", "email"]))
def test_a_trial_is_the_same_again_from_its_name_alone_and_no_two_are_the_same(now: int, by: Any) -> None:
    name = new_run(now)
    one, same, other = (Trial(each, "limit", by, MAILBOX) for each in (name, name, new_run(now)))
    assert one.steps() == same.steps()
    assert {one.ulid(1), one.ulid(2)}.isdisjoint({other.ulid(1), other.ulid(2)})
    assert {one.person(1), one.person(2)}.isdisjoint({other.person(1), other.person(2)})
