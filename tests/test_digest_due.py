"""When a digest is due: exact times, quiet days, the weekly sign of life, urgent incidents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaign_health.alerts.digest.due import PastAnnouncement, kind_due, urgent_incidents
from campaign_health.alerts.digest.situation import Situation
from campaign_health.settings import DigestSettings
from tests.digest_cast import FAILED_METRICS, TODAY, UNREAD, change, incident, situation

BERLIN = ZoneInfo("Europe/Berlin")
SETTINGS = DigestSettings(
    at=time(9), days="weekdays", urgent_missed_sends=None, routes=(), dead_man_url=None, webhook=None, smtp=None
)
NEWS = situation(incident(1), changes=(change(incident(1)),))


def at(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN)


def said(day: date, kind: str = "digest", status: str = "sent", retry_at: datetime | None = None) -> PastAnnouncement:
    return PastAnnouncement("p", kind, day, at(9, day=day), status, retry_at)  # type: ignore[arg-type]


def due(
    now: datetime,
    of: Situation = NEWS,
    past: tuple[PastAnnouncement, ...] = (),
    editable: bool = False,
    settings: DigestSettings = SETTINGS,
) -> str | None:
    return kind_due(of, past, settings, now, BERLIN, editable=editable)


def test_it_is_due_on_the_minute_and_not_before() -> None:
    assert due(at(8, 59)) is None
    assert due(at(9, 0)) == "digest"
    assert due(at(21, 0)) == "digest"


def test_weekends_wait_for_monday_unless_all_days_are_set() -> None:
    saturday = date(2026, 11, 28)
    assert due(at(9, day=saturday)) is None
    every_day = SETTINGS.model_copy(update={"days": "all"})
    assert due(at(9, day=saturday), settings=every_day, of=situation(failed=(FAILED_METRICS,))) == "digest"


def test_a_quiet_day_says_nothing() -> None:
    yesterday = (said(TODAY - timedelta(days=1)),)
    assert due(at(9), situation(), yesterday) is None
    assert due(at(9), situation(incident(1)), yesterday) is None


def test_a_confirmed_rename_is_told_every_day_until_the_campaign_sends_again() -> None:
    yesterday = (said(TODAY - timedelta(days=1)),)
    confirmed = incident(1, renamed_by="Ada", renamed_from="a.b", renamed_to="a_b")
    assert due(at(9), situation(confirmed), yesterday) == "reminder"
    assert due(at(8), situation(confirmed), yesterday) is None
    assert due(at(9), situation(confirmed), (said(TODAY),), editable=True) is None
    muted = replace(confirmed, muted_by="Ben", muted_until=TODAY)
    assert due(at(9), situation(muted), yesterday) is None


@pytest.mark.parametrize(("days", "expected"), [(6, None), (7, "all_clear"), (9, "all_clear")])
def test_after_a_week_of_silence_there_is_a_sign_of_life(days: int, expected: str | None) -> None:
    assert due(at(9), situation(), (said(TODAY - timedelta(days=days)),)) == expected


def test_the_sign_of_life_never_says_all_clear_while_something_is_broken() -> None:
    assert due(at(9), situation(incident(1)), (said(TODAY - timedelta(days=7)),)) == "reminder"


def test_a_failure_already_told_is_no_news_and_no_all_clear() -> None:
    still_failing = situation(failed=(replace(FAILED_METRICS, told=True),))
    assert due(at(9), still_failing, (said(TODAY - timedelta(days=1)),)) is None
    assert due(at(9), still_failing, (said(TODAY - timedelta(days=7)),)) == "reminder"


def test_a_new_channel_gets_a_sign_of_life_at_once() -> None:
    assert due(at(9), situation()) == "all_clear"


def test_a_day_has_one_digest_unless_its_message_can_be_edited() -> None:
    today = (said(TODAY),)
    assert due(at(15), NEWS, today) is None
    assert due(at(15), NEWS, today, editable=True) == "digest"
    assert due(at(15), situation(incident(1)), today, editable=True) is None


def test_an_urgent_message_does_not_replace_the_days_digest() -> None:
    assert due(at(9), NEWS, (said(TODAY, "urgent"),)) == "digest"


def test_a_source_that_failed_makes_a_digest_due() -> None:
    yesterday = (said(TODAY - timedelta(days=1)),)
    assert due(at(9), situation(failed=(FAILED_METRICS,)), yesterday) == "digest"


def test_a_failed_attempt_waits_for_its_time() -> None:
    failed = (said(TODAY, status="failed", retry_at=at(9, 15)),)
    assert due(at(9, 14), NEWS, failed) is None
    assert due(at(9, 15), NEWS, failed) == "digest"


def test_the_hour_that_is_skipped_does_not_skip_the_digest() -> None:
    spring = date(2027, 3, 29)  # the Monday after the change
    early = SETTINGS.model_copy(update={"at": time(2, 30), "days": "all"})
    sunday = date(2027, 3, 28)  # 02:30 does not exist that day
    failed = situation(failed=(FAILED_METRICS,))
    assert due(at(3, 0, day=sunday), failed, settings=early) == "digest"
    assert due(at(2, 30, day=spring), failed, settings=early) == "digest"


def test_only_heavy_new_incidents_are_urgent() -> None:
    heavy = incident(1, missed_sends=900.0, opened_on=TODAY - timedelta(days=1))
    light = incident(2, missed_sends=10.0, opened_on=TODAY - timedelta(days=1))
    muted = incident(3, missed_sends=900.0, muted_by="Ada", muted_until=TODAY)
    old = incident(4, missed_sends=9000.0)
    spread = incident(5, missed_sends=220.0, counted_days=3)
    of = situation(heavy, light, muted, old, spread, changes=tuple(map(change, (heavy, light, muted, spread))))
    set_weight = SETTINGS.model_copy(update={"urgent_missed_sends": 100.0})
    assert urgent_incidents(of, set_weight, TODAY) == {heavy.incident_id}
    assert urgent_incidents(of, SETTINGS, TODAY) == frozenset()


def test_days_that_were_not_collected_do_not_make_an_incident_less_urgent() -> None:
    gap = incident(1, missed_sends=220.0, counted_days=2, opened_on=TODAY - timedelta(days=6))
    set_weight = SETTINGS.model_copy(update={"urgent_missed_sends": 100.0})
    assert urgent_incidents(situation(gap, changes=(change(gap),)), set_weight, TODAY) == {gap.incident_id}


def test_it_is_never_all_clear_while_a_campaign_has_no_numbers() -> None:
    assert due(at(9), of=situation()) == "all_clear"
    assert due(at(9), of=situation(unchecked=(replace(UNREAD, campaigns=("Welcome",)),))) == "reminder"


def test_while_nothing_was_judged_there_is_no_sign_of_life() -> None:
    unjudged = replace(situation(), judged_day=None)
    assert due(at(9), of=unjudged) is None
    assert due(at(9), unjudged, (said(TODAY - timedelta(days=9)),)) is None
    assert due(at(9), replace(unjudged, failed_sources=(FAILED_METRICS,))) == "digest"


@pytest.mark.parametrize("counts", [{}, {"not_running": 4}, {"learning": 2, "too_quiet": 3}, {"not_collected": 1}])
def test_it_is_never_all_clear_where_nothing_was_checked(counts: dict[str, int]) -> None:
    assert due(at(9), of=replace(situation(), counts=counts)) == "reminder"


def test_it_is_never_all_clear_where_what_is_known_is_old() -> None:
    old = replace(situation(), stale=("Nothing after 2026-11-21 was judged: run `campaign-health judge`.",))
    assert due(at(9), of=old) == "reminder"
