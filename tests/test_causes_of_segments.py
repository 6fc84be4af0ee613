"""A segment that lost its people is named, with its numbers, where that fits the stage that broke."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from campaign_health.detection.causes.segment_falls import find_segment_falls
from tests.causes_cast import AS_OF, SINCE, case, drift, headline, numbers


def counted(*people: int, role: str = "filter", name: str | None = "Trialists", last: date = AS_OF) -> pd.DataFrame:
    """Counts of one segment, one a day up to the morning after `last`."""
    days = [last + timedelta(days=1 - back) for back in reversed(range(len(people)))]
    return pd.DataFrame(
        {"campaign_id": 16, "segment_id": "7", "role": role, "name": name, "day": days, "people": people}
    )


EMPTIED = counted(*[412] * 20, *[0] * 7)  # the first 0 was counted on the morning after the first bad day
CLOSED = numbers(activated=0, created=0, sent=0, delivered=0)
NOBODY_STARTS = numbers(events=None, started=0, activated=0, created=0, sent=0, delivered=0)


def test_an_emptied_filter_segment_is_the_cause_before_the_closed_filter() -> None:
    cause = headline(case(stage="activated", numbers=CLOSED, segments=EMPTIED))
    assert cause.cause == "segment_shrank"
    assert cause.sentence == (
        "The segment `Trialists` fell from 412 to 0 people between the counts of Tue 3 Mar and Wed 4 Mar."
        " Only people in it get past the filter."
    )
    assert (cause.facts["people_before"], cause.facts["people_after"]) == (412, 0)


def test_the_property_that_vanished_between_the_counts_is_named() -> None:
    lost = drift("missing", event="Plan Chosen", property="plan_tier", share_after=0.0)
    cause = headline(case(stage="activated", numbers=CLOSED, segments=EMPTIED, property_changes=[lost]))
    assert "when `plan_tier` vanished from `Plan Chosen`." in cause.sentence


def test_an_emptied_trigger_segment_explains_that_nothing_starts() -> None:
    segments = EMPTIED.assign(role="trigger")
    broken = case(stage="started", event=None, trigger_kind="segment", numbers=NOBODY_STARTS, segments=segments)
    cause = headline(broken)
    assert cause.cause == "segment_shrank"
    assert cause.sentence.endswith("Entering it starts the campaign.")


def test_a_step_explains_a_loss_of_its_own_size() -> None:
    halved = counted(*[400, 404, 398, 401, 403, 399] * 3, *[201] * 7)
    half = numbers(activated=50, created=50, sent=49)
    cause = headline(case(kind="degraded", stage="activated", numbers=half, segments=halved))
    assert cause.cause == "segment_shrank"
    assert "from 400 to 201 people" in cause.sentence


def test_a_step_does_not_explain_a_loss_of_another_size() -> None:
    smaller = counted(*[400, 404, 398, 401, 403, 399] * 3, *[280] * 7)
    assert headline(case(stage="activated", numbers=CLOSED, segments=smaller)).cause == "filter_no_longer_matches"


@pytest.mark.parametrize(
    "people",
    [
        (412,) * 27,
        (412,) * 20 + (0,) * 5 + (410,) * 2,  # came back
        (5,) * 20 + (0,) * 7,  # hardly anybody before
        tuple(range(412, 280, -5)),  # slowly
        (400, 250, 420, 240, 410, 260, 430, 250, 240),  # up and down by itself
        (0,) * 7,
        (412,),
        (),
    ],
)
def test_segments_that_did_not_fall_are_no_cause(people: tuple[int, ...]) -> None:
    assert find_segment_falls(counted(*people), AS_OF) == []


def test_a_fall_at_another_time_or_before_another_stage_is_no_cause() -> None:
    weeks_ago = counted(*[412] * 10, *[0] * 20)
    assert headline(case(stage="activated", numbers=CLOSED, segments=weeks_ago)).cause == "filter_no_longer_matches"
    failing = numbers(failed=98, sent=1, delivered=1)
    assert headline(case(stage="sent", numbers=failing, segments=EMPTIED)).cause == "message_failing"


def test_a_segment_that_is_empty_since_it_is_counted_is_named_where_nobody_passes() -> None:
    cause = headline(case(stage="activated", numbers=CLOSED, segments=counted(0, 0, 0)))
    assert cause.cause == "segment_shrank"
    assert cause.sentence.startswith("The segment `Trialists` has held nobody since it is counted (Sun 8 Mar).")
    some_pass = numbers(activated=30, created=30, sent=29)
    assert headline(case(stage="activated", numbers=some_pass, segments=counted(0, 0))).cause != "segment_shrank"


def test_days_that_were_not_counted_are_not_zero() -> None:
    gaps = EMPTIED[EMPTIED["people"] > 0]
    assert find_segment_falls(gaps, AS_OF) == []


def test_what_is_counted_later_is_not_known_yet() -> None:
    assert find_segment_falls(EMPTIED, SINCE - timedelta(days=1)) == []
    assert len(find_segment_falls(EMPTIED, SINCE)) == 1


def test_segments_that_hold_are_ruled_out() -> None:
    nothing = numbers(started=0, activated=0, sent=0)
    cause = headline(case(stage="started", numbers=nothing, segments=counted(*[412] * 27)))
    assert "The segments it names hold as many people as before (`Trialists`: 412)." in cause.ruled_out
