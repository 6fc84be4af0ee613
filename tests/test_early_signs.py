"""Silent within the hour: when events without messages are a sign, whom it is told, and what it gives way to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.situation import Situation
from campaign_health.alerts.digest.told_early import told_early
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.schedule.due_work import due_tasks
from campaign_health.state.early_signs import EarlySign, EarlyState, PromisedHour, early_sign
from tests.test_due_work import MORNING, TELL, done

ZONE = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
DAYS_BEFORE = 6
NOW = START + timedelta(hours=40)
NAMES = {14: "Upgrade offer"}


def hours(*counted: tuple[int, int], days_before: int = DAYS_BEFORE) -> list[PromisedHour]:
    """Hours since START, and the days before it, in which next to nothing happened."""
    first = PromisedHour(START - timedelta(days=days_before), 0, 0)
    return [first, *(PromisedHour(START + timedelta(hours=place), *one) for place, one in enumerate(counted))]


def sign_of(*counted: tuple[int, int]) -> EarlySign | None:
    return early_sign(14, "Upgrade offer", hours(*counted), 300.0)


USUAL = [(10, 0)] * 10


@pytest.mark.parametrize(
    ("counted", "unsent"),
    [
        ([*USUAL, (0, 3), (0, 4)], 7),
        ([*USUAL, (0, 6)], 6),
        ([*USUAL, (0, 3), (0, 0), (0, 4)], 7),
        ([(9, 1)] * 10 + [(0, 4), (0, 4)], 8),
    ],
    ids=["two hours", "one hour", "a pause between", "a tenth is usually left out"],
)
def test_enough_events_without_a_message_are_a_sign(counted: Sequence[tuple[int, int]], unsent: int) -> None:
    found = sign_of(*counted)
    assert found is not None
    assert found.unsent == unsent


@pytest.mark.parametrize(
    "counted",
    [
        [*USUAL, (0, 4)],
        [*USUAL, (0, 0), (0, 0)],
        [*USUAL, (1, 20)],
        [(2, 0)] * 5 + [(0, 9)],
        [(4, 6)] * 10 + [(0, 30)],
        [(6, 4)] * 10 + [(0, 8)],
        [(0, 50)] * 10,
        [],
    ],
    ids=[
        "too few",
        "a quiet night",
        "one went out",
        "little known",
        "seldom sends",
        "chance",
        "never sent",
        "none",
    ],
)
def test_what_chance_or_a_quiet_hour_explains_is_none(counted: Sequence[tuple[int, int]]) -> None:
    assert sign_of(*counted) is None


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=30))
def test_a_sign_is_about_hours_after_the_newest_message_only(counted: list[tuple[int, int]]) -> None:
    found = sign_of(*counted)
    known = hours(*counted)
    if found is None:
        return
    newest_sent = max(one.hour for one in known if one.sent)
    assert newest_sent < found.since <= found.newest
    assert found.unsent == sum(one.not_sent for one in known if one.hour > newest_sent)
    assert sign_of(*counted, (1, 0)) is None, "a message ends it"


def test_a_campaign_that_is_known_for_less_than_six_days_has_none() -> None:
    silent = [*USUAL, (0, 30)]
    assert early_sign(14, "Upgrade offer", hours(*silent, days_before=5), 300.0) is None
    assert early_sign(14, "Upgrade offer", hours(*silent, days_before=6), 300.0) is not None


def held(days: int, night: int, day: int, weekend: int = -1) -> list[PromisedHour]:
    """Messages go out by day, and those of the night (or of the weekend's two days) only in the morning after."""
    known = []
    for place in range(days * 24):
        is_held = place % 24 < 7 or place % 24 >= 22 or (weekend >= 0 and place // 24 % 7 in (weekend, weekend + 1))
        known.append(PromisedHour(START + timedelta(hours=place), *((0, night) if is_held else (day, 0))))
    return known


@pytest.mark.parametrize(("night", "day"), [(1, 5), (2, 5), (2, 10), (3, 20), (8, 20)])
@pytest.mark.parametrize("weekend", [-1, 0, 3, 5])
def test_quiet_hours_and_quiet_weekends_are_no_sign_in_any_hour(night: int, day: int, weekend: int) -> None:
    known = held(16, night, day, weekend)
    for end in range(1, len(known) + 1):
        seen = known[max(0, end - 8 * 24) : end]
        assert early_sign(14, "Upgrade offer", seen, 300.0) is None, seen[-1].hour


def test_a_break_by_day_is_seen_in_spite_of_quiet_hours() -> None:
    known = held(8, 2, 20)[: 7 * 24 + 10]
    broken = [PromisedHour(known[-1].hour + timedelta(hours=place), 0, 20) for place in range(1, 4)]
    assert early_sign(14, "Upgrade offer", [*known, *broken[:1]], 300.0) is None
    found = early_sign(14, "Upgrade offer", [*known, *broken], 300.0)
    assert found is not None
    assert found.since == broken[0].hour


SIGN = sign_of(*USUAL, (0, 3), (0, 4))
assert SIGN is not None


def told(state: EarlyState, said: set[str], broken: frozenset[int] = frozenset()) -> list[tuple[str, bool, bool]]:
    return [(one.change_id, one.told, one.recovered) for one in told_early(state, said, ZONE, broken, NAMES)]


def test_it_is_told_once_and_once_more_when_messages_go_out_again() -> None:
    assert SIGN is not None
    standing = EarlyState((SIGN,), {14: START + timedelta(hours=9)})
    ((first, is_told, _),) = told(standing, set())
    assert not is_told
    assert told(standing, {first}) == [(first, True, False)]
    again = EarlyState((), {14: SIGN.newest + timedelta(hours=1)})
    ((back, _, is_back),) = told(again, {first})
    assert is_back
    assert told(again, {first, back}) == []
    assert told(again, set()) == [], "who has not heard of it hears nothing of its end"


def test_where_its_first_hour_moves_it_is_the_same_sign_and_a_later_one_is_another() -> None:
    assert SIGN is not None
    said = {f"early:14:{(SIGN.since - timedelta(hours=1)).isoformat()}"}
    assert [one[1] for one in told(EarlyState((SIGN,)), said)] == [True]
    long_ago = {f"early:14:{(SIGN.since - timedelta(days=3)).isoformat()}"}
    assert [one[1] for one in told(EarlyState((SIGN,)), long_ago)] == [False]


def test_it_gives_way_to_the_daily_verdict_without_another_word() -> None:
    assert SIGN is not None
    first = f"early:14:{SIGN.since.isoformat()}"
    after = EarlyState((), {14: SIGN.newest + timedelta(hours=1)})
    assert told(after, {first}, broken=frozenset((14,))) == []


def test_the_message_says_that_it_is_early_and_nothing_else() -> None:
    early = tuple(told_early(EarlyState((SIGN,) if SIGN else ()), set(), ZONE, frozenset(), NAMES))
    situation = Situation("default", (), (), (), {"healthy": 3}, NOW.date(), early=early)
    digest = build_digest(
        situation, announcement_id="a", kind="urgent", today=NOW.date(), dashboard_url=None, only_incidents=frozenset()
    )
    text = " ".join(plain_text(digest).split())
    assert digest.headline == "Early sign: 1 campaign silent within the hour"
    assert "Early sign: since Mon 23 Nov at 11:00, none of 7 events sent a message within 20 minutes." in text
    assert "The daily look says tomorrow morning whether it is broken." in text
    assert digest.change_ids == (early[0].change_id,)


def test_numbers_that_the_route_left_are_looked_at_within_a_minute_and_once() -> None:
    at = MORNING + timedelta(hours=3)
    looked = done(MORNING, looked=at - timedelta(minutes=20))
    assert due_tasks(at, [looked]) == []
    noted = replace(looked, noted=at - timedelta(minutes=1))
    assert due_tasks(at, [noted]) == [TELL]
    assert due_tasks(at, [replace(noted, looked=(at,))]) == []
