"""The last two weeks together: what they find that the days alone do not, and where they are silent."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.fortnight import scatters
from campaign_health.detection.pair.monitor import PanelCounts, PanelVerdicts, consider, judge_panel
from campaign_health.detection.pair.verdicts import Change, Status
from campaign_health.words.missing import missing_sentence, named_share
from tests.explanation_cast import explain_day
from tests.wild_pairs import wild_pairs

MONDAY = date(2026, 1, 5)
LOSS, MENDED = 160, 176
DAYS_ALONE = replace(DetectorSettings(), fortnight_least=100_000)


def restless(pairs: int = 60, days: int = 240, events: float = 120.0, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Pairs whose days scatter by a fifth beyond chance, each day by itself: two weeks of them hardly do."""
    random = np.random.default_rng(seed)
    counts = random.poisson(events, (pairs, days))
    rate = np.clip(0.5 * random.gamma(25, 1 / 25, (pairs, days)), 0, 1)
    return counts.astype(float), random.binomial(counts, rate).astype(float)


def lost(sends: np.ndarray, kept: float, first: int = LOSS, last: int | None = None) -> np.ndarray:
    out = sends.copy()
    out[:, first:last] = np.random.default_rng(2).binomial(out[:, first:last].astype(int), kept)
    return out


def judge(events: np.ndarray, sends: np.ndarray, settings: DetectorSettings | None = None) -> PanelVerdicts:
    return judge_panel(events, sends, MONDAY, settings=settings)[0]


def by_two_weeks(verdicts: PanelVerdicts) -> np.ndarray:
    return np.isfinite(verdicts.total_sends)


@pytest.mark.slow("histories judged again")
def test_a_third_lost_over_two_weeks_is_found_where_the_days_alone_do_not_show_it() -> None:
    events, sends = restless()
    sends = lost(sends, 0.66, last=MENDED)
    together, alone = judge(events, sends), judge(events, sends, DAYS_ALONE)
    found, without = (verdicts.alert[:, LOSS:MENDED].any(axis=1).mean() for verdicts in (together, alone))
    assert found > without + 0.05
    assert together.alert[:, :LOSS].any(axis=1).mean() <= 0.04
    rows, days = np.nonzero(by_two_weeks(together))
    assert (together.change[rows, days] == Change.OPENED).all()
    assert (together.status[rows, days] == Status.DEGRADED).all()
    assert (together.evidence[rows, days] >= together.threshold[rows, days]).all()
    assert (together.probability[rows, days] < 0.01).all()


def test_what_two_weeks_open_began_when_the_loss_did_and_tells_what_is_missing() -> None:
    events, sends = restless()
    verdicts = judge(events, lost(sends, 0.6, last=MENDED))
    rows, days = np.nonzero(by_two_weeks(verdicts) & (np.arange(sends.shape[1]) >= LOSS))
    assert rows.size >= 8
    assert abs(np.median(days - verdicts.began[rows, days]) - LOSS) <= 1
    left = verdicts.total_sends[rows, days] / verdicts.total_expected[rows, days]
    assert np.median(left) == pytest.approx(0.6, abs=0.06)
    assert np.allclose(left, verdicts.kept[rows, days])
    day_after = verdicts.expected[rows, days + 1] / (events[rows, days + 1] * 0.5)
    assert np.median(day_after) == pytest.approx(1.0, abs=0.1)  # the expectation is that of before the loss


def test_what_two_weeks_open_ends_within_days_of_the_repair() -> None:
    events, sends = restless(events=400)
    verdicts = judge(events, lost(sends, 0.6, last=MENDED))
    still = verdicts.alert[:, MENDED - 1] & by_two_weeks(verdicts)[:, LOSS:MENDED].any(axis=1)
    assert still.sum() >= 8
    assert np.median(np.argmin(verdicts.alert[still, MENDED:], axis=1)) <= 3
    assert not verdicts.alert[still, MENDED + 15].any()
    assert not verdicts.alert[still, MENDED + 25 :].any(axis=1).sum() > 1


def test_two_weeks_are_silent_while_a_pair_is_new_and_where_days_are_missing() -> None:
    events, sends = restless(days=120)
    launched = np.zeros_like(events), np.zeros_like(sends)
    for whole, late in zip((events, sends), launched, strict=True):
        late[:, 60:] = whole[:, 60:]
    assert not by_two_weeks(judge(*launched)).any()
    gone = sends.copy()
    gone[:, 80:90] = np.nan
    verdicts = judge(events, gone)
    assert not by_two_weeks(verdicts)[:, 75:].any()
    assert (verdicts.evidence[:, 90:] < verdicts.threshold[:, 90:]).all()


@pytest.mark.parametrize("kept", [0.1, 0.3])
def test_events_that_fall_with_their_sends_are_no_loss(kept: float) -> None:
    events, sends = restless()
    random = np.random.default_rng(3)
    for counts in (events, sends):
        counts[:, LOSS:] = random.binomial(counts[:, LOSS:].astype(int), kept)
    assert by_two_weeks(judge(events, sends)).any(axis=1).mean() <= 0.04


def test_a_week_that_is_mended_is_not_opened_afterwards() -> None:
    events, sends = restless()
    verdicts = judge(events, lost(sends, 0.4, first=LOSS, last=LOSS + 4), DetectorSettings(false_alarm_years=1e5))
    assert not by_two_weeks(verdicts)[:, LOSS + 8 :].any()


@pytest.mark.slow("histories judged again")
def test_the_scatter_of_totals_is_learned_from_the_past_and_never_from_the_loss_itself() -> None:
    events, sends = restless(pairs=30)
    _, before = judge_panel(events[:, :LOSS], sends[:, :LOSS], MONDAY)
    _, after = judge_panel(events[:, : LOSS + 13], lost(sends, 0.5)[:, : LOSS + 13], MONDAY)
    _, healthy = judge_panel(events[:, : LOSS + 13], sends[:, : LOSS + 13], MONDAY)
    assert np.median(scatters(before, DetectorSettings())[0]) < 0.15
    unopened = after.incident == 0
    assert np.array_equal(after.fortnight_score[..., unopened], healthy.fortnight_score[..., unopened])
    wide = np.random.default_rng(4).gamma(9, 1 / 9, (30, 20)).repeat(14, axis=1)[:, :LOSS]
    _, swinging = judge_panel(events[:, :LOSS], np.round(sends[:, :LOSS] * wide), MONDAY)
    assert np.median(scatters(swinging, DetectorSettings())[0]) > 0.25


@pytest.mark.slow("histories judged again")
@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_more_sends_on_a_day_never_add_to_the_evidence_of_two_weeks(seed: int) -> None:
    events, sends = wild_pairs(np.random.default_rng(seed), 12)
    day = 70
    _, state = judge_panel(events[:, :day], sends[:, :day], MONDAY)
    up = np.where(np.isnan(events[:, day]), 5.0, events[:, day])
    most = np.maximum(up, np.nanmax(sends, axis=1))
    before = np.full(len(up), np.inf)
    for share in np.linspace(0, 1.5, 25):
        column = PanelCounts(
            up[:, None],
            np.round(share * most)[:, None],
            np.full((len(up), 1), day % 7),
            np.ones((len(up), 1), dtype=np.int64),
        )
        with np.errstate(all="ignore"):
            evidence = consider(deepcopy(state), column, 0, DetectorSettings()).fortnight.evidence
        assert (evidence <= before + 1e-6).all()
        before = evidence


def test_the_calculation_shows_the_two_weeks_and_how_they_count() -> None:
    events, sends = restless()
    sends = lost(sends, 0.6)
    rows, days = np.nonzero(by_two_weeks(judge(events, sends)))
    row, day = int(rows[0]), int(days[0])
    _, state = judge_panel(events[[row], :day], sends[[row], :day], MONDAY)
    steps = explain_day(state, events[row, day], sends[row, day], MONDAY + timedelta(days=day))
    said = {step.label: step for step in steps}
    assert "The last 14 days with events together" in said["two weeks"].sentence
    evidence, together = said["two weeks"].value, said["together"].value
    assert isinstance(evidence, float)
    assert together == said["evidence"].value
    assert together >= DetectorSettings().threshold
    assert said["verdict"].sentence.startswith("Over the ")
    assert " of the sends is missing: " in said["verdict"].sentence


def test_a_share_is_said_as_people_say_it() -> None:
    assert [named_share(share) for share in (0.34, 0.5, 0.27, 0.19, 0.67)] == [
        "a third", "half", "a quarter", "19 %", "two thirds",
    ]  # fmt: skip
    first, last = date(2026, 11, 1), date(2026, 11, 14)
    assert missing_sentence("sends", 562, 840, first, last, 0.0002) == (
        "Over the two weeks to Sat 14 Nov a third of the sends is missing: 562 came where about 840 were "
        "expected; by accident this happens about once in 14 years."
    )
    assert missing_sentence("deliveries", 100, 200, date(2026, 11, 9), last).startswith(
        "Over the 6 days to Sat 14 Nov half of the deliveries is missing: 100 came"
    )
    assert missing_sentence("sends", 10, 20, last, last).startswith("On Sat 14 Nov half of the sends")
