"""Healthy, degraded and failing: what each is, what 503 is, and what an outside watcher is not to be woken for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from campaign_health.health.health_facts import DiskFacts, Due, Facts, ScheduleFacts
from campaign_health.health.health_state import Health, State, health_of
from tests.health_cast import DUE, HOUR, NOW, ROUND, channel, facts, failed_source, source, workspace


def texts(health: Health) -> list[str]:
    return [reason.text for reason in health.reasons]


def test_all_that_is_done_in_time_is_healthy() -> None:
    health = health_of(facts())
    assert health.state is State.HEALTHY
    assert health.is_up
    assert health.reasons == ()
    [one] = health.workspaces
    assert (one.round_at, one.overdue) == (ROUND, timedelta(0))


def test_a_source_that_fails_is_no_503_for_the_digest_tells_of_it() -> None:
    health = health_of(facts(workspace(sources=(source(), failed_source()))))
    assert health.state is State.DEGRADED
    assert health.is_up
    assert texts(health) == ["acme: Customer.io sends: not complete since Mon 23 Nov 2026 at 06:30."]


def test_every_source_failing_for_days_is_no_503_while_rounds_are_done() -> None:
    old = ROUND - timedelta(days=5)
    dead = source(outcome="failed", error="no", answered_at=old, complete_at=old, failing_since=old)
    health = health_of(facts(workspace(sources=(dead,))))
    assert health.state is State.DEGRADED
    assert "The newest collection is 5 days old: what follows is not of today." in texts(health)


@pytest.mark.parametrize(
    ("late", "state"), [(timedelta(0), State.HEALTHY), (3 * HOUR, State.HEALTHY), (3.1 * HOUR, State.FAILING)]
)
def test_a_round_that_is_not_done_is_waited_for_as_long_as_it_may_take(late: timedelta, state: State) -> None:
    yesterday = ROUND - timedelta(days=1)
    open_round = workspace(full_run_at=yesterday, judged_at=yesterday)
    health = health_of(facts(open_round, now=DUE + late))
    assert (health.state, health.is_up) == (state, state is State.HEALTHY)
    assert health.workspaces[0].overdue == late


def test_a_round_that_was_collected_and_not_judged_is_not_done() -> None:
    health = health_of(facts(workspace(judged_at=ROUND - timedelta(days=1))))
    assert texts(health) == ["acme: the round due at Tue 24 Nov 2026 at 06:30 is not done after 3 hours."]
    assert not health.is_up


def test_a_schedule_that_has_just_started_is_given_the_time_to_catch_up() -> None:
    never = workspace(sources=(), full_run_at=None, judged_at=None, judged_day=None, channels=())
    started = facts(never, schedule=ScheduleFacts(NOW - HOUR, timedelta(0)), published_at=None)
    health = health_of(started)
    assert health.is_up
    assert health.workspaces[0].overdue == HOUR
    assert texts(health) == ["Nothing was collected for acme yet."]
    assert not health_of(replace(started, now=NOW + 4 * HOUR)).is_up


def test_one_workspace_that_is_late_fails_and_says_which() -> None:
    late = workspace("late", judged_at=ROUND - timedelta(days=1))
    health = health_of(facts(workspace(), late))
    assert [one.state for one in health.workspaces] == [State.HEALTHY, State.FAILING]
    assert not health.is_up


def test_what_was_written_under_a_clock_that_was_ahead_does_not_pass_for_done() -> None:
    ahead = workspace(full_run_at=NOW + timedelta(days=30), judged_at=NOW + timedelta(days=30))
    health = health_of(facts(ahead))
    assert health.workspaces[0].round_at is None
    assert not health.is_up


def test_a_workspace_of_which_no_round_was_due_yet_is_not_late() -> None:
    new = workspace(due=Due(None, NOW + HOUR), full_run_at=None, judged_at=None)
    assert health_of(facts(new)).workspaces[0].overdue == timedelta(0)


def test_a_schedule_that_does_not_look_any_more_fails_whatever_was_done() -> None:
    hung = ScheduleFacts(DUE, timedelta(minutes=6))
    health = health_of(facts(schedule=hung))
    assert texts(health) == ["The schedule has not looked what is due for 6 minutes."]
    assert not health.is_up


def test_a_published_file_that_cannot_be_read_fails() -> None:
    assert not health_of(facts(unreadable="campaign_health.duckdb is damaged.")).is_up


@pytest.mark.parametrize(
    ("channels", "state"),
    [
        ((channel("slack", HOUR), channel("mail")), State.DEGRADED),
        ((channel("slack", 9 * HOUR), channel("mail")), State.DEGRADED),
        ((channel("slack", 9 * HOUR), channel("mail", HOUR)), State.DEGRADED),
        ((channel("slack", HOUR),), State.DEGRADED),
        ((channel("slack", 9 * HOUR), channel("mail", 8 * HOUR)), State.FAILING),
    ],
)
def test_only_where_nobody_was_told_anything_for_hours_a_digest_that_fails_is_a_503(
    channels: tuple[object, ...], state: State
) -> None:
    assert health_of(facts(workspace(channels=channels))).state is state


@pytest.mark.parametrize(
    ("worse", "text"),
    [
        (facts(disk=DiskFacts(free=10, needed=100)), "There is not enough room on the disk to publish."),
        (facts(disk=None), "The data directory cannot be looked at."),
        (
            facts(workspace(clock_ahead=timedelta(days=30))),
            "acme: this machine's clock is 43,200 minutes ahead of the services'.",
        ),
        (
            facts(workspace(clock_ahead=-timedelta(minutes=11))),
            "acme: this machine's clock is 11 minutes behind the services'.",
        ),
    ],
)
def test_what_has_not_stopped_a_round_yet_is_degraded(worse: Facts, text: str) -> None:
    health = health_of(worse)
    assert (health.state, texts(health)) == (State.DEGRADED, [text])


def test_the_worst_reason_comes_first_and_is_the_state() -> None:
    bad = workspace(sources=(failed_source(),), judged_at=ROUND - timedelta(days=1))
    health = health_of(facts(bad, disk=None))
    assert [reason.state for reason in health.reasons] == [State.FAILING, State.DEGRADED, State.DEGRADED]
