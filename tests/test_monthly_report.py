"""What a month of watching was worth, reckoned: nothing that is not known is in any sum."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.state.monthly_report import MANUAL_DETECTION_DAYS, Caught, days_sooner, last_day_of
from campaign_health.state.report_text import report_text
from tests.report_cast import DECEMBER_1, NOVEMBER, broken, mended, report_of


def said(report, label: str) -> str:  # type: ignore[no-untyped-def]
    return next(one.value for one in report_text(report, 8.0, DECEMBER_1).figures if one.label == label)


def test_what_was_avoided_is_a_day_times_the_days_that_it_was_found_sooner() -> None:
    # Found after 1 day and mended: by hand after 7 to 45 days, so 6 to 44 days sooner, of 8 to 12 sends a day.
    report = report_of((mended(1, 2, 6), 3))
    assert report.sends_avoided == (48.0, 530.0)  # 6 × 8; 44 × 12 = 528 in two figures
    assert report.risk_avoided == {"USD": (480.0, 5300.0)}
    assert said(report, "Missed sends avoided") == "about 48 to 530"
    assert said(report, "Revenue kept from risk") == "about $480 to $5,300"


def test_of_a_break_that_nobody_did_anything_about_at_least_nothing_was_avoided() -> None:
    report = report_of((broken(1, 2), 3))
    assert report.sends_avoided == (0.0, 530.0)
    assert said(report, "Missed sends avoided") == "at most about 530"


def test_what_was_found_no_sooner_than_by_hand_avoided_nothing() -> None:
    report = report_of((mended(1, 1, 29, opened_on=date(2026, 9, 1)), 28))
    assert report.sends_avoided == (0.0, 0.0)
    assert said(report, "Missed sends avoided") == "about 0"


def test_the_middle_is_told_of_the_days_until_found_and_until_mended() -> None:
    report = report_of((mended(1, 2, 6), 3), (mended(2, 2, 12), 6), (broken(3, 2), 12))
    assert (report.days_to_find.days, report.days_to_mend.days) == (4, 4.5)  # type: ignore[union-attr]
    assert said(report, "Days until found") == "4 days"
    assert said(report, "Days until mended") == "4.5 days"
    assert (report.mended, report.still_broken) == (2, 1)


def test_what_is_not_known_is_left_out_and_said() -> None:
    never = broken(1, 2, causes=({"never_otherwise": True},), missed_sends=None, deal_value=None, revenue_at_risk=None)
    report = report_of((never, 3))
    assert (report.days_to_find, report.sends_avoided, report.missed_sends, report.risk) == (None, None, None, {})
    text = report_text(report, 8.0, DECEMBER_1)
    values = {one.label: one.value for one in text.figures}
    assert values["Days until found"] == values["Missed sends"] == values["Missed sends avoided"] == "not known"
    assert values["Revenue at risk"] == values["Revenue kept from risk"] == "not known"
    about = {one.label: one.about for one in text.figures}
    assert "Of 1 this is not known." in about["Missed sends avoided"]
    assert about["Revenue at risk"] == "1 has no deal value set."
    assert "avoided" not in text.headline


def test_what_was_no_break_or_over_before_anybody_could_know_is_counted_apart() -> None:
    report = report_of(
        (mended(1, 2, 6), 3),
        (broken(2, 2, expected_by="Ada", expected_how="false_alarm"), 3),
        (broken(3, 2, expected_by="Ada", expected_how="decision"), 3),
        (broken(4, 2, status="withdrawn"), 3),
        (mended(5, 2, 9), 20),
    )
    assert [one.incident.campaign_id for one in report.caught] == [1]
    assert (report.false_alarms, report.intended, report.over_when_found) == (1, 1, 1)
    assert said(report, "False alarms") == "1"
    notes = " ".join(report_text(report, 8.0, DECEMBER_1).notes)
    assert "1 break had been over when the numbers came" in notes
    assert "1 break was said to be intended" in notes


def test_an_incident_belongs_to_the_month_in_which_it_was_found() -> None:
    report = report_of((broken(1, 30), 30), (broken(2, 1, opened_on=date(2026, 10, 31)), 1))
    assert len(report.caught) == 2
    later = report_of((broken(1, 30), 30))
    rows = report_text(report_of((mended(1, 2, 6), 3), (broken(2, 2), 3)), 8.0, DECEMBER_1).rows
    assert [one.became for one in rows] == ["Mended 3 days later", "Still broken 28 days later"]
    assert later.caught[0].days_to_find == 0


def test_several_currencies_and_the_campaigns_of_a_source_are_told() -> None:
    many = broken(0, 2, campaign_id=0, campaign_ids=(7, 8), campaigns=("A", "B"), currency="EUR")
    report = report_of((mended(1, 2, 6), 3), (many, 3))
    assert report.campaigns == 3
    assert said(report, "Revenue at risk") == "about €1,000 (€800 to €1,200) and about $1,000 ($800 to $1,200)"


@pytest.mark.parametrize(
    ("since", "today", "headline"),
    [
        (None, DECEMBER_1, "Nothing broke in November 2026"),
        (None, date(2026, 11, 20), "Nothing has broken in November 2026 so far"),
        (DECEMBER_1, DECEMBER_1, "Nobody watched in November 2026"),
    ],
)
def test_a_month_without_a_break_says_whether_anybody_watched(since: date | None, today: date, headline: str) -> None:
    text = report_text(report_of(since=since, today=today), 8.0, today)
    assert text.headline == headline
    assert bool(text.figures) is ("Nobody" not in headline)


@given(st.integers(0, 90), st.booleans())
def test_days_sooner_are_never_less_than_nothing_nor_more_than_by_hand(after: int, worked_on: bool) -> None:
    one = broken(1, 1, acknowledged_by="Ada" if worked_on else None)
    caught = Caught(one, date.fromordinal(one.opened_on.toordinal() + after))
    low, high = days_sooner(caught)
    assert 0 <= low <= high <= MANUAL_DETECTION_DAYS[1]
    assert high == max(0, MANUAL_DETECTION_DAYS[1] - after)
    assert low == (max(0, MANUAL_DETECTION_DAYS[0] - after) if worked_on else 0)


def test_the_last_day_of_a_month_is_found_in_every_month() -> None:
    assert last_day_of(NOVEMBER) == date(2026, 11, 30)
    assert last_day_of(date(2028, 2, 29)) == date(2028, 2, 29)
    assert last_day_of(date(2026, 12, 31)) == date(2026, 12, 31)
