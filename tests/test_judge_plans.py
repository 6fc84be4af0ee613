"""Which event each campaign is judged against, and since when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign_health.judge.planned_campaigns import EventPeriod, ManifestFacts, TriggerEdit, make_plans, trigger_periods
from campaign_health.manifest.schema import CampaignEntry, Manifest
from storage.read.decisions_made import Decision

BERLIN = ZoneInfo("Europe/Berlin")
MANIFEST = Manifest(
    version=1,
    campaigns=(
        CampaignEntry(name="Upgrade offer", event="paywall_limit_reached", owner="@growth", deal_value=1200.0),
        CampaignEntry(id=18, event="course_completed", uses=("course",)),
    ),
)


def _campaign(campaign_id: int, name: str, event: str | None) -> dict[str, Any]:
    return {"campaign_id": campaign_id, "name": name, "event": event}


def _mapped(event: str | None) -> Decision:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return Decision("1", "map_event", None, 17, event, None, None, None, "ada", at, None, None)


@pytest.mark.parametrize(
    ("trigger", "decisions", "expected"),
    [
        (None, [], ("paywall_limit_reached", "manifest")),
        ("limit_hit", [], ("limit_hit", "trigger")),
        ("limit_hit", [_mapped("limit.hit")], ("limit.hit", "decision")),
        (None, [_mapped(None)], (None, "decision")),
    ],
)
def test_a_persons_word_wins_over_the_trigger_and_that_over_the_manifest(
    trigger: str | None, decisions: list[Decision], expected: tuple[str | None, str]
) -> None:
    (plan,) = make_plans(
        [_campaign(17, "Upgrade offer", trigger)], [], {}, ManifestFacts.of(MANIFEST), decisions, BERLIN
    )
    assert (plan.event, plan.event_from) == expected
    assert (plan.owner, plan.deal_value) == ("@growth", 1200.0)


def test_without_manifest_and_trigger_there_is_no_event() -> None:
    (plan,) = make_plans([_campaign(17, "Upgrade offer", None)], [], {}, ManifestFacts.of(None), [], BERLIN)
    assert (plan.event, plan.event_from) == (None, "none")


def test_the_properties_used_are_those_of_the_messages_and_the_manifest() -> None:
    variables = {18: ["customer.first_name", "event.plan.name", "event.title", "event"]}
    (plan,) = make_plans([_campaign(18, "Course", None)], [], variables, ManifestFacts.of(MANIFEST), [], BERLIN)
    assert plan.uses == ("course", "plan", "title")


def test_a_trigger_that_was_edited_is_followed_from_that_day_on() -> None:
    edits = [TriggerEdit(datetime(2026, 11, 20, 13), "project.created", "project_created")]
    assert trigger_periods(edits, "project_created", BERLIN) == (
        EventPeriod(None, "project.created"),
        EventPeriod(date(2026, 11, 20), "project_created", edited=True),
    )


@pytest.mark.parametrize(
    ("at", "since"),
    [(datetime(2026, 11, 19, 23, 30), date(2026, 11, 20)), (datetime(2026, 11, 20, 22, 30), date(2026, 11, 21))],
)
def test_an_edit_near_midnight_leaves_the_day_to_one_event(at: datetime, since: date) -> None:
    assert trigger_periods([TriggerEdit(at, "a", "b")], "b", BERLIN)[1] == EventPeriod(since, "b")


@pytest.mark.parametrize(
    ("hours", "after", "expected"),
    [
        ((13, 14), ("b", "a"), []),
        ((8, 14), ("b", "a"), [EventPeriod(date(2026, 11, 20), "a", edited=True)]),
        ((0, 1), ("b", "a"), []),
        ((13, 14), ("b", "c"), [EventPeriod(date(2026, 11, 20), "c", edited=True)]),
        ((0, 14), ("b", "a"), [EventPeriod(date(2026, 11, 20), "a", edited=True)]),
    ],
)
def test_of_several_edits_on_a_day_only_the_last_counts(
    hours: tuple[int, int], after: tuple[str, str], expected: list[EventPeriod]
) -> None:
    """The hours are of Berlin, an hour ahead of the stored ones."""
    first, second = (datetime(2026, 11, 19, 23) + timedelta(hours=hour) for hour in hours)
    edits = [TriggerEdit(first, "a", after[0]), TriggerEdit(second, after[0], after[1])]
    assert trigger_periods(edits, after[1], BERLIN) == (EventPeriod(None, "a"), *expected)


@pytest.mark.parametrize(
    ("manifest", "decisions", "expected"),
    [
        (None, [], (EventPeriod(None, "limit_hit"), EventPeriod(date(2026, 11, 20), None, edited=True))),
        (MANIFEST, [], (EventPeriod(None, "paywall_limit_reached"),)),
        (None, [_mapped("limit.hit")], (EventPeriod(None, "limit.hit"),)),
    ],
)
def test_a_trigger_that_was_removed_still_tells_of_the_days_before(
    manifest: Manifest | None, decisions: list[Decision], expected: tuple[EventPeriod, ...]
) -> None:
    (plan,) = make_plans(
        [_campaign(17, "Upgrade offer", None)],
        [(17, datetime(2026, 11, 20, 13), "limit_hit", None)],
        {},
        ManifestFacts.of(manifest),
        decisions,
        BERLIN,
    )
    assert plan.periods == expected


def test_without_edits_the_trigger_always_was_what_it_is() -> None:
    assert trigger_periods([], "a", BERLIN) == (EventPeriod(None, "a"),)


def test_what_the_manifest_last_said_can_be_had_from_the_stored_plans() -> None:
    campaign = [_campaign(17, "Upgrade offer", None)]
    (plan,) = make_plans(campaign, [], {}, ManifestFacts.of(MANIFEST), [], BERLIN)
    row = {name: value for name, value in vars(plan).items() if name != "periods"}
    assert make_plans(campaign, [], {}, ManifestFacts.stored([row]), [], BERLIN) == [plan]
