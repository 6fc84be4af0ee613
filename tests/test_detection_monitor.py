"""What the detector says about pairs whose story is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.memory import StateError
from campaign_health.detection.pair.monitor import PanelVerdicts, judge_panel
from campaign_health.detection.pair.panel import State
from campaign_health.detection.pair.verdicts import Change, Status

MONDAY = date(2026, 1, 5)
BREAK = 90


def healthy(
    days: int = 120, *, events: float = 100.0, ratio: float = 0.6, pairs: int = 20, delay: int = 0, seed: int = 1
):
    """Counts of healthy pairs: busy weekdays, quiet weekends, sends thinned from the events of `delay` days before."""
    random = np.random.default_rng(seed)
    weekend = np.where((np.arange(days + delay) % 7) >= 5, 0.4, 1.0)
    before = random.poisson(events * weekend * random.gamma(30, 1 / 30, (pairs, days + delay)))
    sends = random.binomial(before, ratio)[:, : days if delay else None]
    return before[:, delay:].astype(float), sends[:, :days].astype(float)


def broken(sends: np.ndarray, kept: float, first: int = BREAK, last: int | None = None) -> np.ndarray:
    out = sends.copy()
    window = slice(first, last)
    out[:, window] = np.random.default_rng(2).binomial(out[:, window].astype(int), kept)
    return out


def judge(events: np.ndarray, sends: np.ndarray) -> PanelVerdicts:
    return judge_panel(events, sends, MONDAY)[0]


def first_alert(verdicts: PanelVerdicts, first: int = BREAK) -> np.ndarray:
    after = verdicts.alert[:, first:]
    return np.where(after.any(axis=1), after.argmax(axis=1), 99)


def test_healthy_pairs_raise_no_alarm() -> None:
    for events in (1.0, 20.0, 1000.0):
        verdicts = judge(*healthy(365, events=events))
        assert verdicts.alert.any(axis=1).sum() <= 2


def test_a_full_stop_is_silent_on_its_first_day() -> None:
    events, sends = healthy()
    verdicts = judge(events, broken(sends, 0.0))
    assert (first_alert(verdicts) == 0).all()
    assert (verdicts.status[:, BREAK:] == Status.SILENT).all()
    assert (verdicts.change[:, BREAK] == Change.OPENED).all()
    assert (verdicts.kept[:, BREAK:] == 0).all()
    assert (verdicts.probability[:, BREAK] < 1e-3).all()


def test_the_expectation_stays_that_of_before_the_break() -> None:
    events, sends = healthy()
    verdicts = judge(events, broken(sends, 0.0))
    expected, usual = verdicts.expected[:, BREAK:].sum(axis=1), sends[:, BREAK:].sum(axis=1)
    assert np.median(np.abs(expected / usual - 1)) < 0.05


def test_half_of_the_sends_missing_is_degraded_within_days() -> None:
    events, sends = healthy()
    verdicts = judge(events, broken(sends, 0.5))
    assert np.median(first_alert(verdicts)) <= 2
    assert (verdicts.status[:, BREAK + 4] == Status.DEGRADED).mean() > 0.9
    assert np.nanmean(verdicts.kept[:, BREAK + 8]) == pytest.approx(0.5, abs=0.08)


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize("events", [100.0, 2000.0, 30_000.0])
@pytest.mark.parametrize("kept", [0.03, 0.1, 0.16, 0.35, 0.6])
def test_whatever_share_of_a_steady_campaign_is_left_it_is_found_within_days(events: float, kept: float) -> None:
    counts, sends = healthy(events=events)
    within = 2 if kept < 0.5 else 3 if events > 100 else 9
    assert np.quantile(first_alert(judge(counts, broken(sends, kept))), 0.9) <= within


def test_more_than_a_healthy_day_sends_is_never_evidence() -> None:
    events, sends = healthy()
    sends[:, BREAK] = 10_000
    verdicts = judge(events, sends)
    assert not verdicts.alert[:, BREAK].any()
    assert (verdicts.evidence[:, BREAK] < 1e-9).all()


@pytest.mark.parametrize("count", [1e4, 1e9, 1e14])
@pytest.mark.parametrize("absurd", ["events", "sends"])
def test_one_absurd_count_neither_raises_an_alarm_nor_hides_a_break(absurd: str, count: float) -> None:
    events, sends = healthy()
    sends = broken(sends, 0.0)
    (events if absurd == "events" else sends)[:, BREAK - 20] = count
    verdicts = judge(events, sends)
    assert verdicts.alert[:, :BREAK].any(axis=1).sum() <= 1
    assert not verdicts.alert[:, BREAK - 18 : BREAK].any()
    assert (first_alert(verdicts) == 0).all()


def test_a_week_of_zeros_at_three_sends_a_day_is_evidence_and_one_at_half_a_send_is_not() -> None:
    events, sends = healthy(events=6.0, ratio=0.5)
    assert (first_alert(judge(events, broken(sends, 0.0))) <= 6).mean() > 0.9
    events, sends = healthy(events=1.0, ratio=0.5)
    sends[:, BREAK] = 0
    verdicts = judge(events[:, : BREAK + 1], sends[:, : BREAK + 1])
    assert not (verdicts.change[:, BREAK] == Change.OPENED).any()


def test_a_campaign_with_a_three_day_delay_is_judged_by_the_events_of_three_days_ago() -> None:
    events, sends = healthy(delay=3)
    healthy_verdicts = judge(events, sends)
    assert healthy_verdicts.alert.any(axis=1).sum() <= 1
    stopped = broken(sends, 0.0)
    assert (first_alert(judge(events, stopped)) <= 1).all()
    halted = events.copy()
    halted[:, BREAK:] = 0  # the trigger stops: sends go on for three days, and nothing is wrong with them
    late = sends.copy()
    late[:, BREAK + 3 :] = 0
    assert judge(halted, late).alert[:, BREAK:].mean() < 0.05


def test_events_and_sends_that_fall_together_are_volume_down_and_no_alarm() -> None:
    events, sends = healthy()
    random = np.random.default_rng(3)
    down = [
        np.concatenate([c[:, :BREAK], random.binomial(c[:, BREAK:].astype(int), 0.2)], axis=1) for c in (events, sends)
    ]
    verdicts = judge(*down)
    assert verdicts.alert.any(axis=1).mean() < 0.1
    assert (verdicts.status[:, BREAK] == Status.VOLUME_DOWN).mean() > 0.9


def test_many_more_sends_than_events_explain_are_surging() -> None:
    events, sends = healthy()
    sends[:, BREAK : BREAK + 5] *= 4
    verdicts = judge(events, sends)
    assert (verdicts.status[:, BREAK + 1] == Status.SURGING).mean() > 0.9
    assert not verdicts.alert[:, BREAK : BREAK + 5].any()


def test_missing_days_hold_the_alert_and_the_state() -> None:
    events, sends = healthy()
    sends = broken(sends, 0.0)
    gone = sends.copy()
    gone[:, BREAK + 1 : BREAK + 6] = np.nan
    verdicts = judge(events, gone)
    assert verdicts.alert[:, BREAK:].all()
    assert (verdicts.status[:, BREAK + 1 : BREAK + 6] == Status.NOT_COLLECTED).all()
    before = sends.copy()
    before[:, BREAK - 5 : BREAK] = np.nan
    assert not judge(events, before).alert[:, BREAK - 5 : BREAK].any()


def test_it_recovers_when_the_sends_are_back_and_not_before() -> None:
    events, sends = healthy()
    verdicts = judge(events, broken(sends, 0.0, last=BREAK + 10))
    assert verdicts.alert[:, BREAK : BREAK + 10].all()
    assert verdicts.alert[:, BREAK + 12 :].mean() < 0.02
    assert ((verdicts.change == Change.RECOVERED).sum(axis=1) == 1).mean() >= 0.9


def test_half_of_the_sends_back_is_no_recovery() -> None:
    events, sends = healthy()
    partly = broken(broken(sends, 0.0, last=BREAK + 5), 0.5, first=BREAK + 5)
    verdicts = judge(events, partly)
    assert verdicts.alert[:, BREAK : BREAK + 20].mean() > 0.95
    assert (verdicts.status[:, BREAK + 20] == Status.DEGRADED).mean() > 0.9


def test_a_degraded_campaign_that_falls_silent_has_worsened() -> None:
    events, sends = healthy()
    worse = broken(broken(sends, 0.5), 0.0, first=BREAK + 8)
    verdicts = judge(events, worse)
    assert ((verdicts.change == Change.WORSENED).sum(axis=1) == 1).mean() > 0.9
    assert (verdicts.status[:, -1] == Status.SILENT).all()


def test_a_steady_new_level_becomes_the_new_normal() -> None:
    events, sends = healthy(200)
    verdicts = judge(events, broken(sends, 0.5))
    assert ((verdicts.change == Change.ACCEPTED).sum(axis=1) == 1).mean() > 0.9
    assert verdicts.alert[:, -30:].mean() < 0.1
    ratio = verdicts.expected[:, -20:].sum() / sends[:, -20:].sum()
    assert ratio == pytest.approx(0.5, abs=0.06)


def test_a_slow_change_is_followed_without_an_alarm() -> None:
    events, sends = healthy(240)
    falling = np.random.default_rng(4).binomial(sends.astype(int), np.linspace(1, 0.5, 240)).astype(float)
    verdicts = judge(events, falling)
    assert verdicts.alert.any(axis=1).mean() <= 0.1
    assert verdicts.expected[:, -20:].sum() / falling[:, -20:].sum() == pytest.approx(1.0, abs=0.12)


def test_it_says_when_it_is_still_learning_or_too_quiet() -> None:
    events, sends = healthy(60)
    verdicts = judge(events, sends)
    assert (verdicts.status[:, :13] == Status.LEARNING).all()
    assert (verdicts.status[:, 20:] != Status.LEARNING).all()
    events, sends = healthy(120, events=0.05)
    assert np.isin(judge(events, sends).status[:, -1], (Status.TOO_QUIET, Status.LEARNING)).all()


def test_a_campaign_that_is_stopped_is_not_running_and_has_no_open_alert() -> None:
    events, sends = healthy()
    off = np.zeros(events.shape, dtype=bool)
    off[:, BREAK + 3 :] = True
    verdicts, _ = judge_panel(events, broken(sends, 0.0), MONDAY, not_running=off)
    assert (verdicts.change[:, BREAK + 3] == Change.CLOSED).all()
    assert not verdicts.alert[:, BREAK + 3 :].any()
    assert (verdicts.status[:, BREAK + 3 :] == Status.NOT_RUNNING).all()


def test_a_dip_that_the_whole_project_shares_is_nobodys_break() -> None:
    events, sends = healthy()
    dipped = broken(sends, 0.6, last=BREAK + 1)
    dipped = broken(dipped, 0.6, first=BREAK + 1, last=BREAK + 2)
    alone = judge(events, dipped).evidence[:, BREAK + 1]
    together, _ = judge_panel(events, dipped, MONDAY, shared_dip=True)
    assert together.evidence[:, BREAK + 1].mean() < 0.3 * alone.mean()
    everything, _ = judge_panel(events, broken(sends, 0.0), MONDAY, shared_dip=True)
    assert everything.alert[:, BREAK].all()


def test_judging_in_pieces_gives_exactly_what_judging_from_scratch_gives() -> None:
    events, sends = healthy(150, pairs=12)
    sends = broken(sends, 0.4)
    sends[3, 60:70] = np.nan
    events[5, :40] = np.nan
    whole, end = judge_panel(events, sends, MONDAY)
    state = None
    for start, stop in ((0, 31), (31, 32), (32, 95), (95, 150)):
        part, state = judge_panel(
            events[:, start:stop], sends[:, start:stop], MONDAY + timedelta(days=start), state=state
        )
        state = State.from_bytes(state.to_bytes())
        for name in vars(whole):
            assert np.array_equal(getattr(part, name), getattr(whole, name)[:, start:stop], equal_nan=True), name
    assert state.last_day == end.last_day
    for name, array in end.arrays().items():
        assert np.array_equal(array, getattr(state, name), equal_nan=True), name


def test_a_pair_is_judged_alike_alone_and_among_others() -> None:
    events, sends = healthy(150, pairs=12)
    sends = broken(sends, 0.4)
    together, state = judge_panel(events, sends, MONDAY)
    alone, _ = judge_panel(events[[7]], sends[[7]], MONDAY)
    assert np.array_equal(together.alert[[7]], alone.alert)
    assert np.allclose(together.evidence[[7]], alone.evidence, equal_nan=True)
    taken = state.take([7, -1])
    assert len(taken) == 2
    assert taken.ratio_shape[:, 0] == pytest.approx(state.ratio_shape[:, 7])
    assert taken.days_seen[1] == 0


def test_a_confirmed_change_is_learned_anew() -> None:
    events, sends = healthy()
    _, state = judge_panel(events[:, : BREAK + 5], broken(sends, 0.3)[:, : BREAK + 5], MONDAY)
    assert (state.incident > 0).all()
    accepted = state.accept(np.arange(len(state)))
    after, _ = judge_panel(
        events[:, BREAK + 5 :], broken(sends, 0.3)[:, BREAK + 5 :], MONDAY + timedelta(days=BREAK + 5), state=accepted
    )
    assert not after.alert.any()


def test_a_state_of_another_version_or_a_day_already_known_is_refused() -> None:
    events, sends = healthy(20)
    _, state = judge_panel(events, sends, MONDAY)
    with pytest.raises(ValueError, match="already knows"):
        judge_panel(events, sends, MONDAY, state=state)
    with pytest.raises(StateError, match="cannot be read"):
        State.from_bytes(b"nothing of the kind")


def test_a_larger_budget_alarms_later() -> None:
    strict = DetectorSettings(false_alarm_years=1000.0)
    loose = DetectorSettings(false_alarm_years=0.5)
    events, sends = healthy(events=8.0)
    sends = broken(sends, 0.4)
    early, late = (first_alert(judge_panel(events, sends, MONDAY, settings=s)[0]).mean() for s in (loose, strict))
    assert early < late
