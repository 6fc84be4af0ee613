"""A cause never contradicts the stage that broke."""

from __future__ import annotations

import pytest

from campaign_health.detection.causes import find_causes
from campaign_health.detection.causes.fitting import EXPLAINS
from campaign_health.words.status_words import CAUSE_WORDS, STAGE_WORDS
from tests.causes_cast import case, failures, messages, numbers


@pytest.mark.parametrize("stage", ["activated", "sent", "delivered"])
@pytest.mark.parametrize("kind", ["silent", "degraded"])
def test_an_event_that_mixpanel_never_saw_is_no_cause_where_journeys_start(stage: str, kind: str) -> None:
    unseen = numbers(drafted=100, sent=0, failed=0).assign(events=None)
    found = find_causes(
        case(event="payment.captured", stage=stage, kind=kind, numbers=unseen, messages=messages("draft"))
    )
    assert "event_unknown" not in {cause.cause for cause in found}
    if stage == "sent":
        assert found[0].cause == "message_draft_or_off"


@pytest.mark.parametrize("event", ["Project Created", "payment.captured"])
def test_an_unknown_event_is_no_cause_where_the_journeys_only_became_fewer(event: str) -> None:
    found = find_causes(case(event=event, stage="started", kind="degraded", numbers=numbers(started=60)))
    assert "event_unknown" not in {cause.cause for cause in found}


@pytest.mark.parametrize("stage", ["event", "started", "activated"])
def test_what_messages_do_is_no_cause_of_what_comes_before_them(stage: str) -> None:
    lost = numbers(started=0, activated=0, sent=0, failed=60, drafted=30, undeliverable=20)
    broken = case(stage=stage, numbers=lost, messages=messages("draft"), failures=failures("Variable 'a.b' is missing"))
    told = {cause.cause for cause in find_causes(broken)}
    assert not told & {"message_failing", "message_draft_or_off", "recipients_unreachable"}


def test_a_closed_filter_is_no_cause_of_an_event_that_is_lost() -> None:
    told = find_causes(
        case(stage="event", kind="event_lost", numbers=numbers(events=0, started=4, activated=0, sent=0))
    )
    assert "filter_no_longer_matches" not in {cause.cause for cause in told}


def test_only_causes_and_stages_that_exist_are_fitted() -> None:
    assert set(EXPLAINS) <= set(CAUSE_WORDS)
    assert {stage for stages in EXPLAINS.values() for stage in stages} <= set(STAGE_WORDS)
