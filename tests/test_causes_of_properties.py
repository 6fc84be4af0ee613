"""A property that changed its type or went missing when the campaign broke is the cause."""

from __future__ import annotations

from datetime import timedelta

from campaign_health.detection.causes import find_causes
from campaign_health.words.dates import day_text
from tests.causes_cast import SINCE, case, drift, failures, headline, numbers, versions


def test_a_changed_type_of_a_used_property_comes_before_the_failing_messages() -> None:
    broken = case(
        numbers=numbers(failed=98, sent=1, delivered=1),
        property_changes=[drift()],
        failures=failures("Liquid error: 'event.plan' is not a string"),
    )
    causes = find_causes(broken)
    assert [cause.cause for cause in causes[:2]] == ["property_type_changed", "message_failing"]
    assert "was text and is an object" in causes[0].sentence
    assert "Customer.io's failure message names it." in causes[0].sentence


def test_a_missing_property_says_its_likely_new_name() -> None:
    broken = case(
        numbers=numbers(failed=98, sent=1),
        property_changes=[drift("missing", after=None, share_after=0.0, new_property="plan_tier")],
    )
    cause = headline(broken)
    assert cause.cause == "property_missing"
    assert "`plan_tier`" in cause.sentence
    assert "`plan_tier`" in cause.next_step


def test_a_changed_property_that_closes_the_filter_is_the_cause() -> None:
    broken = case(
        stage="activated",
        numbers=numbers(activated=0, never_activated=118, created=0, sent=0),
        property_changes=[drift()],
    )
    causes = find_causes(broken)
    assert [cause.cause for cause in causes[:2]] == ["property_type_changed", "filter_no_longer_matches"]


def test_the_day_on_which_a_property_was_looked_at_is_not_the_day_on_which_it_changed() -> None:
    before, after = SINCE - timedelta(days=3), SINCE + timedelta(days=4)
    looked = f"(looked at on {day_text(before, after)} and on {day_text(after, after)})"
    began = f"by {day_text(SINCE, after)}, when the break began"
    for change in (
        drift(last_day_before=before, day=after),
        drift("missing", last_day_before=before, day=after, after=None, share_after=0.0),
        drift("missing", last_day_before=before, day=after, after=None, share_after=0.1),
    ):
        cause = headline(case(numbers=numbers(failed=98, sent=1), property_changes=[change], as_of=after))
        assert f"it had changed {began} {looked}" in cause.sentence
        assert cause.since == SINCE
    next_day = SINCE + timedelta(days=1)
    seen = headline(
        case(numbers=numbers(failed=98, sent=1), property_changes=[drift(last_day_before=SINCE, day=next_day)])
    )
    assert f"it had changed by {day_text(next_day, next_day)}." in seen.sentence
    assert seen.since == next_day
    whole = headline(case(numbers=numbers(failed=98, sent=1), property_changes=[drift()]))
    assert f"it had changed by {day_text(SINCE, SINCE)}, when the break began." in whole.sentence


def test_an_edit_is_told_with_its_own_day_and_that_of_the_break() -> None:
    for days, said in ((0, ", when the break began"), (1, " (the break began on Tue 3 Mar)")):
        day = SINCE + timedelta(days=days)
        edited = versions({"field": "event", "from": "a", "to": "b"}, at=f"{day} 15:00")
        causes = find_causes(case(stage="started", kind="silent", numbers=numbers(started=0, activated=0, sent=0),
                                  versions=edited))  # fmt: skip
        (cause,) = [one for one in causes if one.cause == "campaign_edited"]
        assert f"{day_text(day, day)}{said}" in cause.sentence


def test_a_property_that_changed_at_another_time_is_not_blamed() -> None:
    old = drift(day=SINCE - timedelta(days=20), last_day_before=SINCE - timedelta(days=21))
    broken = case(numbers=numbers(failed=98, sent=1), property_changes=[old])
    assert headline(broken).cause == "message_failing"
