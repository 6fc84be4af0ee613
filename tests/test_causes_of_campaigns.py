"""A campaign that was edited or stopped, or whose filter lets nobody pass, is told as the cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.causes_cast import SINCE, case, headline, numbers, versions


def test_a_filter_that_nobody_passes_is_said_with_the_journeys_that_started() -> None:
    cause = headline(case(stage="activated", numbers=numbers(activated=0, never_activated=118, created=0, sent=0)))
    assert cause.cause == "filter_no_longer_matches"
    assert "826 journeys started since Tue 3 Mar and nobody passed" in cause.sentence


def test_an_edited_filter_comes_before_a_filter_that_no_longer_matches() -> None:
    change = {"field": "filter_segment_ids", "from": [3], "to": [3, 18]}
    broken = case(
        stage="activated",
        numbers=numbers(activated=0, never_activated=118, created=0, sent=0),
        versions=versions(change),
    )
    cause = headline(broken)
    assert cause.cause == "campaign_edited"
    assert "from [3] to [3, 18]" in cause.sentence


def test_an_edit_counts_on_its_local_day() -> None:
    change = {"field": "event_name", "from": "a", "to": "project.created"}
    late = versions(change, at="2026-03-01 04:30")  # still 28 February in New York
    broken = case(stage="started", numbers=numbers(started=0, sent=0), versions=late)
    assert headline(replace(broken, since=date(2026, 3, 2))).cause == "campaign_edited"
    assert headline(replace(broken, since=date(2026, 3, 2), time_zone="America/New_York")).cause == "unknown"


def test_a_new_name_or_tag_is_no_cause() -> None:
    changes = versions({"field": "name", "from": "a", "to": "b"}, {"field": "tags", "from": [], "to": ["x"]})
    assert headline(case(stage="started", numbers=numbers(started=0, sent=0), versions=changes)).cause == "unknown"


def test_a_stopped_campaign_is_said_with_the_day() -> None:
    broken = case(state="stopped", versions=versions({"field": "state", "from": "running", "to": "stopped"}))
    cause = headline(broken)
    assert cause.cause == "campaign_stopped"
    assert cause.since == SINCE
    assert "set to stopped in Customer.io on Tue 3 Mar" in cause.sentence
