"""The detector's score on real counts, beside what people use today. Run: python -m tests.benchmarks.detector

Prints one table per detector (false alarms, breaks found, days above the information limit, what must not alarm), the
whole frontier of false alarms against delay over the budget setting, and every alarm on the unmodified series. Needs
the scoring kit in ../shared/data.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from campaign_health.detection.backtest.judge_table import judge_rows
from campaign_health.detection.backtest.pair_table import PairTable
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.verdicts import STATUS_NAMES
from tests.benchmarks.detector_alarms import believed

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
BUDGETS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)  # years
QUICK_BASELINES = ("naive", "zscore_sends", "zscore_ratio")
SLOW_BASELINES = ("pyod_anomstack", "statsforecast_ets")
DAY_ZERO = pd.Timestamp("1970-01-01")


def scoring(name: str) -> ModuleType:
    """A module of the scoring kit."""
    spec = importlib.util.spec_from_file_location(name, DATA / "scoring" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def as_table(frames: list[pd.DataFrame]) -> PairTable:
    """Frames with date, events, sends as one table, one pair per frame."""
    lengths = [len(frame) for frame in frames]
    together = pd.concat(frames, ignore_index=True)
    return PairTable(
        [str(index) for index in range(len(frames))],
        np.repeat(np.arange(len(frames)), lengths).astype(np.int32),
        ((together.date - DAY_ZERO).dt.days).to_numpy(np.int32),
        together.events.to_numpy(float),
        together.sends.to_numpy(float),
    )


class Detector:
    """The product's detector as the scoring kit calls it: frames in, flags out, all at once."""

    def __init__(self, settings: DetectorSettings) -> None:
        self.settings = settings

    def __call__(self, frames: list[pd.DataFrame]) -> list[np.ndarray]:
        verdicts = judge_rows(as_table(frames), self.settings, workers=1)
        return np.split(verdicts.alert, np.cumsum([len(frame) for frame in frames])[:-1])


def summary(tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """The figures that matter of one detector, as one row."""
    alarms = tables["false_alarms"].set_index("band")
    breaks = tables["breaks"].set_index(["scenario", "band"])
    quiet = tables["must_not_alarm"]
    quiet = quiet[quiet.band == "all"].set_index("scenario").alarm_rate
    row: dict[str, Any] = {f"false alarms {band}": alarms.per_pair_year[band] for band in alarms.index}
    full = breaks.loc["full_break"]
    row |= {f"full break {band}": full.recall[band] for band in ("2-10", "10-100", ">100")}
    row |= {"full, detectable": full.recall_detectable["all"], "full, days above limit": full.excess_mean["all"]}
    row |= {f"halved {band}": breaks.recall["partial_50", band] for band in ("10-100", ">100")}
    row |= {f"lost 30 % {band}": breaks.recall["partial_30", band] for band in ("10-100", ">100")}
    row |= {name: quiet[name] for name in quiet.index}
    return row


def list_alarms(cases: list[Any], settings: DetectorSettings) -> pd.DataFrame:
    """Every alarm on the unmodified series after the warm-up, with the reason where it is believed to be real."""
    clean = [case for case in cases if case.scenario == "clean"]
    verdicts = judge_rows(as_table([case.frame for case in clean]), settings, workers=1)
    rows = []
    first = 0
    for case in clean:
        part = slice(first, first + len(case.frame))
        first = part.stop
        alert = verdicts.alert[part]
        opened = np.flatnonzero(alert & ~np.concatenate([[False], alert[:-1]]))
        for day in opened[opened >= case.start]:
            ended = np.flatnonzero(~alert[day:])
            date = case.frame.date.iloc[day].date()
            rows.append(
                {
                    "pair": case.pair,
                    "opened": date,
                    "days": int(ended[0]) if ended.size else len(alert) - int(day),
                    "status": STATUS_NAMES[verdicts.status[part][day]],
                    "believed real because": believed(case.pair, date),
                }
            )
    return pd.DataFrame(rows)


def as_flags(answer: Any) -> np.ndarray:
    """A baseline's answer as one truth value per day."""
    flags: np.ndarray = pd.Series(answer).fillna(False).to_numpy(bool)
    return flags


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, nargs="+", default=[20261124])
    parser.add_argument("--injections", type=int, default=3, help="windows per pair")
    parser.add_argument(
        "--baselines",
        nargs="*",
        default=QUICK_BASELINES,
        choices=[*QUICK_BASELINES, *SLOW_BASELINES],
        help=f"what people use today; {' and '.join(SLOW_BASELINES)} need pyod and statsforecast, and up to an hour",
    )
    parser.add_argument("--no-frontier", action="store_true")
    parser.add_argument("--tables", action="store_true", help="also the scoring kit's whole tables")
    options = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"the scoring kit is not there: {DATA}")
    score, baselines = scoring("score"), scoring("baselines")
    pairs = score.load_pairs(DATA / "pairs" / "dev", None)
    settings = DetectorSettings()
    for seed in options.seed:
        cases = score.build_cases(pairs, seed, options.injections)
        frames = [case.frame for case in cases]
        detector = Detector(settings)
        flags = detector(frames)
        probes = score.check_causality(detector, cases, flags, seed)
        tables = score.score(cases, flags)
        columns = {"campaign-health": summary(tables)}
        for name in options.baselines:
            answers = [as_flags(getattr(baselines, name)(frame.copy())) for frame in frames]
            columns[name] = summary(score.score(cases, answers))
        print(f"\nSeed {seed}: {len(pairs)} pairs, {len(cases)} cases, {probes} causality probes passed")
        print(pd.DataFrame(columns).round(3).to_string())
        print("(false alarms per pair-year; full break, halved, lost: share found within 14 days; rest: share alarmed)")
        if options.tables:
            for name, table in tables.items():
                print(f"\n{name}\n{table.round(3).to_string(index=False)}")
        if not options.no_frontier:
            print("\nThe frontier over the budget setting")
            print(
                pd.DataFrame([frontier(score, cases, frames, years) for years in BUDGETS])
                .round(3)
                .to_string(index=False)
            )
    alarms = list_alarms(cases, settings)
    real = alarms["believed real because"] != ""
    print(f"\nAlarms on the unmodified series: {len(alarms)}, of which believed to be real: {real.sum()}")
    print(alarms.to_string(index=False))


def frontier(score: ModuleType, cases: list[Any], frames: list[pd.DataFrame], years: float) -> dict[str, Any]:
    """False alarms against delay at one budget."""
    tables = score.score(cases, Detector(replace(DetectorSettings(), false_alarm_years=years))(frames))
    alarms = tables["false_alarms"].set_index("band").per_pair_year
    breaks = tables["breaks"].set_index(["scenario", "band"])
    full, halved = breaks.loc[("full_break", "all")], breaks.loc[("partial_50", "all")]
    return {
        "budget (years per alarm)": years,
        "false alarms per pair-year": alarms["all"],
        "full: found": full.recall_detectable,
        "full: days above limit": full.excess_mean,
        "full: median delay": full.delay_median,
        "halved: found": halved.recall_detectable,
        "halved: days above limit": halved.excess_mean,
        "halved 10-100": breaks.recall["partial_50", "10-100"],
        "halved >100": breaks.recall["partial_50", ">100"],
    }


if __name__ == "__main__":
    main()
