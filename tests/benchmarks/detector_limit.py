"""What nobody can find: halved ratios against false alarms, for a test that knows what a detector cannot know.

Run: python -m tests.benchmarks.detector_limit [--seed N ...]. Needs the scoring kit in ../shared/data.

The *oracle* is a CUSUM of "half is left" against "healthy" (Page 1954) that is given the ratio of every day from the
clean series, the weeks after that day included, its weekday pattern and its scatter (the scoring kit's own
`oracle_baseline`). It runs over the same windows as the detector. Its threshold is moved over the frontier, and the
detector stands beside it at its own rate of false alarms: what the oracle misses at that rate, the data do not tell.

The second table parts the windows in which both counts are thinned. Where the events had grown by themselves just
before, thinning brings them back to where they were, while the sends fall below anything seen at that event count:
such a window looks like a break to whoever looks at both.
"""

from __future__ import annotations

import argparse
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from campaign_health.detection.pair.detector_settings import DetectorSettings
from tests.benchmarks.detector import DATA, Detector, scoring

THRESHOLDS = (5.0, 7.0, 8.0, 10.0, 12.0, 15.0, 17.5, 20.0, 25.0)  # nats
BANDS = ("10-100", ">100")  # sends a day: where halved ratios are asked for
SCENARIOS = ("clean", "placebo", "partial_50")
BOTH_FALL = ("drop_both_70", "drop_both_90")
GROWN = 1.3  # times the events of the four weeks before


def oracle_evidence(case: Any, baselines: dict[str, tuple[np.ndarray, float]]) -> np.ndarray:
    """Nats of the oracle's CUSUM on every day of a case's frame."""
    expected, inverse_size = baselines[case.pair]
    end = len(expected) if case.scenario == "clean" else case.window + (case.stop - case.start)
    expected = expected[end - len(case.frame) : end]
    sends = case.frame.sends.to_numpy(float)
    known = ~np.isnan(sends) & case.frame.events.notna().to_numpy() & (expected > 0)
    gain = np.where(known, half_against_whole(np.nan_to_num(sends), np.maximum(expected, 1e-9), inverse_size), 0.0)
    evidence = np.zeros(len(gain))
    total = 0.0
    for day, nats in enumerate(gain):
        total = max(0.0, total + nats)
        evidence[day] = total
    return evidence


def half_against_whole(sends: np.ndarray, expected: np.ndarray, inverse_size: float) -> np.ndarray:
    """ln of the likelihood ratio of half the expectation against all of it (negative binomial)."""
    size = 1.0 / max(inverse_size, 1e-6)
    ratio: np.ndarray = sends * np.log(0.5) + (sends + size) * np.log((expected + size) / (0.5 * expected + size))
    return ratio


def rates(score: ModuleType, cases: list[Any], flags: list[np.ndarray]) -> dict[str, float]:
    """False alarms per pair-year and the share of halved ratios found, in windows that are quiet without a change."""
    hit = {
        (case.scenario, case.pair, case.window): bool(flag[case.start : case.stop].any())
        for case, flag in zip(cases, flags, strict=True)
    }
    clean = [(case, flag) for case, flag in zip(cases, flags, strict=True) if case.scenario == "clean"]
    alarms = sum(score.episodes(flag[case.start : case.stop]) for case, flag in clean)
    years = sum(case.frame.sends[case.start : case.stop].notna().sum() for case, _ in clean) / 365.25
    quiet = [key[1:] for key, fired in hit.items() if key[0] == "placebo" and not fired]
    found = [hit["partial_50", *key] for key in quiet]
    return {"false alarms": alarms / years, "halved found": float(np.mean(found)), "windows": len(found)}


def falls_of_both(cases: list[Any], flags: list[np.ndarray]) -> pd.DataFrame:
    """Share of windows alarmed in which events and sends fall together, by whether the events had grown before."""
    quiet: dict[tuple[str, int], bool] = {}
    for case, flag in zip(cases, flags, strict=True):
        if case.scenario == "placebo" and not flag[case.start : case.stop].any():
            events = case.frame.events.to_numpy(float)
            before = np.nanmean(events[case.start - 28 : case.start])
            quiet[case.pair, case.window] = bool(np.nanmean(events[case.start : case.stop]) > GROWN * before)
    rows = [
        {
            "fall": case.scenario,
            "events had grown": quiet[case.pair, case.window],
            "alarmed": bool(flag[case.start : case.stop].any()),
        }
        for case, flag in zip(cases, flags, strict=True)
        if case.scenario in BOTH_FALL and (case.pair, case.window) in quiet
    ]
    return pd.DataFrame(rows).groupby(["fall", "events had grown"]).alarmed.agg(["size", "sum", "mean"]).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, nargs="+", default=[20261124, 7])
    options = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"the scoring kit is not there: {DATA}")
    score = scoring("score")
    pairs = score.load_pairs(DATA / "pairs" / "dev", None)
    baselines = {name: score.oracle_baseline(frame) for name, frame in pairs.items()}
    for seed in options.seed:
        every = score.build_cases(pairs, seed, 3)
        both = [case for case in every if case.scenario in ("placebo", *BOTH_FALL)]
        print(f"\nSeed {seed}: windows in which events and sends fall together")
        fallen = falls_of_both(both, Detector(DetectorSettings())([case.frame for case in both]))
        print(fallen.round(4).to_string(index=False))
        cases = [case for case in every if case.scenario in SCENARIOS and case.band in BANDS]
        flags = Detector(DetectorSettings())([case.frame for case in cases])
        evidence = [oracle_evidence(case, baselines) for case in cases]
        print("\nPairs and windows of more than 10 sends a day")
        rows = [{"": "campaign-health", **rates(score, cases, flags)}]
        rows += [
            {"": f"oracle, {nats:g} nats", **rates(score, cases, [each >= nats for each in evidence])}
            for nats in THRESHOLDS
        ]
        print(pd.DataFrame(rows).round(3).to_string(index=False))
        print("by source, the oracle at 20 nats:")
        for source in sorted({case.pair.split(":")[0] for case in cases}):
            chosen = [index for index, case in enumerate(cases) if case.pair.split(":")[0] == source]
            part = [cases[index] for index in chosen]
            if {case.scenario for case in part} != set(SCENARIOS):
                continue
            ours = rates(score, part, [flags[index] for index in chosen])
            best = rates(score, part, [evidence[index] >= 20.0 for index in chosen])
            print(
                f"  {source:18} campaign-health {ours['halved found']:.2f} of {ours['windows']} at "
                f"{ours['false alarms']:.2f} false alarms; oracle {best['halved found']:.2f} at "
                f"{best['false alarms']:.2f}"
            )


if __name__ == "__main__":
    main()
