"""A property that changed its type or went missing when the campaign broke is the cause."""

from __future__ import annotations

from datetime import timedelta

from campaign_health.detection.causes import find_causes
from tests.causes_cast import SINCE, case, drift, failures, headline, numbers


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


def test_a_property_that_changed_at_another_time_is_not_blamed() -> None:
    old = drift(day=SINCE - timedelta(days=20), last_day_before=SINCE - timedelta(days=21))
    broken = case(numbers=numbers(failed=98, sent=1), property_changes=[old])
    assert headline(broken).cause == "message_failing"
