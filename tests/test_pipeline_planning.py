"""Which days are asked for, in which zone, and how many requests may be sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from campaign_health.errors import CouldNotStart, SettingsError
from campaign_health.pipeline.order import Order, light_order, order_from_names
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.mixpanel_properties import days_to_profile
from campaign_health.pipeline.sources.queried_counts import in_order_of_need
from campaign_health.pipeline.windows import Window, first_day_to_ask, reach_of, window_of_run
from campaign_health.pipeline.zone import choose_zone
from collectors.errors import BudgetSpent
from collectors.mixpanel.hourly_budget import HourlyBudget

TODAY = date(2026, 11, 24)
YESTERDAY = TODAY - timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def back(days: int) -> date:
    return TODAY - timedelta(days=days)


def observed(first: date, last: date) -> dict[date, str]:
    return {first + timedelta(days=ahead): "observed" for ahead in range((last - first).days + 1)}


def test_a_first_run_reaches_back_as_far_as_the_setting_says() -> None:
    window = window_of_run(Order(), TODAY, 120)
    assert window == Window(back(120), YESTERDAY)
    assert first_day_to_ask(window, reach_of(window, None, None), {}) == back(120)


def test_a_later_run_asks_for_the_last_seven_days() -> None:
    window = window_of_run(Order(), TODAY, 120)
    stored = observed(back(121), back(2))
    assert first_day_to_ask(window, reach_of(window, back(121), back(121)), stored) == back(7)


@pytest.mark.parametrize("state", ["not_collected", "provisional", None])
def test_an_older_day_that_is_no_fact_is_asked_for_again(state: str | None) -> None:
    window = window_of_run(Order(), TODAY, 120)
    stored = observed(back(120), YESTERDAY)
    if state is None:
        del stored[back(30)]
    else:
        stored[back(30)] = state
    assert first_day_to_ask(window, reach_of(window, back(120), back(120)), stored) == back(30)


def test_days_beyond_what_the_plan_gives_are_not_asked_for_every_time() -> None:
    window = window_of_run(Order(), TODAY, 120)
    stored = observed(back(60), YESTERDAY)
    assert first_day_to_ask(window, reach_of(window, back(60), asked_from=back(120)), stored) == back(7)
    # Never asked is another thing: a run that was told to fetch little is no first run.
    assert first_day_to_ask(window, reach_of(window, back(60), asked_from=back(60)), stored) == back(120)


def test_named_days_are_exactly_those() -> None:
    window = window_of_run(Order(since=back(3), until=TODAY), TODAY, 120)
    assert window == Window(back(3), TODAY, fixed=True)
    assert first_day_to_ask(window, reach_of(window, back(120), back(120)), {}) == back(3)


def test_the_refresh_is_today_and_yesterday() -> None:
    assert window_of_run(light_order(), TODAY, 120) == Window(YESTERDAY, TODAY, fixed=True)


@given(missing=some.sets(some.integers(1, 119)))
def test_whatever_is_missing_the_window_holds_it_and_the_last_seven_days(missing: set[int]) -> None:
    window = window_of_run(Order(), TODAY, 120)
    stored = {day: state for day, state in observed(back(120), YESTERDAY).items() if (TODAY - day).days not in missing}
    first = first_day_to_ask(window, reach_of(window, back(120), back(120)), stored)
    assert first == back(max([7, *missing]))


def test_sources_go_by_their_names_or_by_their_services() -> None:
    assert order_from_names(["mixpanel", "customerio_metrics"], None, None).in_turn() == (
        "mixpanel_events",
        "mixpanel_properties",
        "mixpanel_lexicon",
        "customerio_metrics",
    )
    with pytest.raises(CouldNotStart, match="mixpanel_event"):
        order_from_names(["mixpanel_event"], None, None)


def test_the_zone_is_the_setting_then_mixpanels_then_the_last_runs() -> None:
    def chosen(setting: ZoneInfo | None, served: str | None, failed: str | None, stored: str | None) -> tuple[str, int]:
        found = choose_zone("default", setting, served, failed, stored, "4242")
        return found.zone.key, len(found.warnings)

    assert chosen(BERLIN, None, None, None) == ("Europe/Berlin", 0)
    assert chosen(BERLIN, "Asia/Tokyo", None, None) == ("Europe/Berlin", 1)
    assert chosen(BERLIN, None, "It is down.", None) == ("Europe/Berlin", 1)
    assert chosen(None, "Asia/Tokyo", None, "Europe/Berlin") == ("Asia/Tokyo", 0)
    assert chosen(None, None, "It is down.", "Asia/Tokyo") == ("Asia/Tokyo", 1)
    for served in (None, "Mars/Olympus"):
        with pytest.raises(SettingsError, match="CAMPAIGN_HEALTH_TIMEZONE"):
            chosen(None, served, None, None)


class Hours:
    """A clock to turn by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_the_share_is_counted_over_runs_and_is_free_again_after_an_hour() -> None:
    clock = Hours()
    earlier = [clock.now - timedelta(minutes=50), clock.now - timedelta(minutes=70)]
    budget = HourlyBudget(3, earlier, clock)
    assert budget.left() == 2
    for _ in range(2):
        budget.before_query()
        budget.after_query(200)
    with pytest.raises(BudgetSpent, match="10 minutes"):
        budget.before_query()
    clock.now += timedelta(minutes=11)
    budget.before_query()
    assert len(budget.take_unsaved()) == 2
    assert budget.take_unsaved() == []


@pytest.mark.parametrize(("status", "counts"), [(200, True), (500, True), (400, True), (401, False), (402, False),
                                                (429, False), (None, False)])  # fmt: skip
def test_what_mixpanel_does_not_count_is_not_counted_here(status: int | None, counts: bool) -> None:
    budget = HourlyBudget(1, [], Hours())
    budget.before_query()
    budget.after_query(status)
    assert budget.left() == (0 if counts else 1)


def test_told_to_wait_it_waits_until_one_is_free() -> None:
    clock = Hours()
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        clock.now += timedelta(seconds=seconds)

    budget = HourlyBudget(1, [clock.now - timedelta(minutes=45)], clock, wait)
    budget.before_query()
    assert waited == [15 * 60 + 1.0]


def test_events_of_campaigns_come_first_then_those_longest_not_counted() -> None:
    def seen(hours: int) -> tuple[None, datetime]:
        return None, datetime(2026, 11, 24, 9, tzinfo=UTC) - timedelta(hours=hours)

    known = {"fresh": seen(1), "stale": seen(30), "wanted": seen(1)}
    assert in_order_of_need(["fresh", "stale", "new", "wanted"], known, {"wanted"}) == [
        "wanted",
        "new",
        "stale",
        "fresh",
    ]


def test_properties_are_read_for_the_newest_day_for_earlier_ones_at_first_and_for_those_missed() -> None:
    newest = YESTERDAY
    assert days_to_profile(newest, [], first_run=False) == [newest]
    assert days_to_profile(newest, [], first_run=True) == [newest - timedelta(days=n) for n in (0, 7, 14, 28)]
    missed = [newest - timedelta(days=n) for n in (40, 9, 5, 4, 2)]
    assert days_to_profile(newest, missed, first_run=False) == [newest - timedelta(days=n) for n in (0, 2, 4, 5)]


def test_of_many_failures_alike_a_few_are_named_and_the_one_that_ended_it() -> None:
    tally = Tally("customerio_metrics", datetime(2026, 11, 24, tzinfo=UTC))
    tally.shortfalls += [f"Campaign {number}: refused." for number in range(9)] + ["The service is down."]
    assert tally.error() == (
        "Campaign 0: refused. Campaign 1: refused. Campaign 2: refused. The service is down. And 6 more of the kind."
    )
    assert tally.outcome() == "failed"
    tally.kept = True
    assert tally.outcome() == "partial"
