"""Messages that fail, are drafts, are switched off or reach nobody are told as the cause."""

from __future__ import annotations

import pandas as pd

from campaign_health.detection.causes import find_causes
from tests.causes_cast import case, drift, failures, headline, messages, numbers, versions


def test_failing_messages_name_the_variable() -> None:
    broken = case(
        numbers=numbers(failed=97, sent=2),
        failures=failures("Variable 'customer.company_name' is missing"),
    )
    cause = headline(broken)
    assert cause.cause == "message_failing"
    assert cause.facts["variables"] == ["customer.company_name"]
    assert "{{ customer.company_name | default: 'your company' }}" in cause.next_step


def test_a_message_set_to_draft_is_named() -> None:
    cause = headline(case(numbers=numbers(drafted=100, sent=0, failed=0), messages=messages("draft")))
    assert cause.cause == "message_draft_or_off"
    assert "`Mail 1` has only queued drafts since" in cause.sentence
    assert cause.facts["drafted_since"] == 700


def test_a_message_switched_off_makes_nothing() -> None:
    cause = headline(case(numbers=numbers(created=0, sent=0, failed=0), messages=messages("off")))
    assert cause.cause == "message_draft_or_off"
    assert "switched off" in cause.sentence


def test_a_message_off_beside_sending_ones_is_not_said_to_stop_everything() -> None:
    mixed = pd.concat([messages("off"), messages("automatic", count=2)], ignore_index=True)
    some_left = numbers(created=70, sent=69, failed=1)
    cause = headline(case(kind="degraded", numbers=some_left, messages=mixed))
    assert cause.cause == "message_draft_or_off"
    assert cause.confidence <= 0.5
    assert "70 % of the usual messages are made since Tue 3 Mar. When it was switched off is not" in cause.sentence
    switch = versions({"field": "messages.7.sending_state", "from": "automatic", "to": "off"})
    seen = headline(case(kind="degraded", numbers=some_left, messages=mixed, versions=switch))
    assert (seen.cause, seen.confidence) == ("message_draft_or_off", 0.85)
    assert seen.sentence.endswith("70 % of the usual messages are made since Tue 3 Mar.")


def test_an_off_message_beside_sending_ones_is_not_blamed_for_other_breaks() -> None:
    mixed = pd.concat([messages("off"), messages("automatic")], ignore_index=True)
    cause = headline(case(numbers=numbers(failed=97, sent=2), messages=mixed))
    assert cause.cause == "message_failing"


def test_recipients_without_an_address_are_unreachable() -> None:
    cause = headline(case(numbers=numbers(undeliverable=98, sent=1)))
    assert cause.cause == "recipients_unreachable"
    assert "no address on the profile" in cause.sentence
    assert headline(case(numbers=numbers(suppressed=98, sent=1))).facts["loss"] == "suppressed"


def test_a_message_that_is_off_has_no_drafts_to_decide_about() -> None:
    off = headline(case(numbers=numbers(created=0, sent=0, failed=0), messages=messages("off")))
    assert "from Off to" in off.next_step
    assert "draft" not in off.next_step
    draft = headline(case(numbers=numbers(drafted=100, sent=0, failed=0), messages=messages("draft")))
    assert "Decide about the drafts in the queue" in draft.next_step


def test_the_variable_to_mend_is_the_one_that_began_to_fail_and_not_its_neighbour() -> None:
    old = failures("Variable 'event.coupon' is missing", first="2026-01-10")
    new = failures("Variable 'event.plan' is missing")
    both = headline(case(numbers=numbers(failed=97, sent=2), failures=pd.concat([old, new], ignore_index=True)))
    assert both.facts["variables"] == ["event.plan"]
    assert "coupon" not in both.next_step
    neighbour = failures("Variable 'event.seats' is missing")
    two_new = pd.concat([neighbour, new], ignore_index=True)
    vanished = (drift("missing", property="plan"),)
    found = find_causes(case(numbers=numbers(failed=97, sent=2), failures=two_new, property_changes=vanished))
    (failing,) = [cause for cause in found if cause.cause == "message_failing"]
    assert failing.facts["variables"] == ["event.plan"]
