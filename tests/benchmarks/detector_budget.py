"""Whether the false-alarm budget is kept on made-up healthy pairs: python -m tests.benchmarks.detector_budget [years]

Prints false alarms per pair-year (silent + degraded) by kind of noise and events per day; the budget is 1 / years.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date

import numpy as np

from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.monitor import judge_panel
from campaign_health.detection.pair.verdicts import Change

PAIRS, DAYS, WARM_UP = 80, 1151, 56
LEVELS = (0.6, 2.0, 6.0, 20.0, 60.0, 200.0, 2000.0)


def healthy(level: float, noise: str) -> tuple[np.ndarray, np.ndarray]:
    """Events with a weekend dip, sends thinned from them at a rate that drifts by one per cent a day."""
    random = np.random.default_rng([1, int(level * 100)])
    weekend = 1 - 0.5 * random.random((PAIRS, 1)) * (np.arange(DAYS) % 7 >= 5)
    walk = random.normal(0, 1, (PAIRS, 1)) + np.cumsum(random.normal(0, 0.01, (PAIRS, DAYS)), axis=1)
    rate = 1 / (1 + np.exp(-walk))
    events = random.negative_binomial(10, 1 / (1 + level / 10 * weekend))
    if noise == "binomial":
        sends = random.binomial(events, rate)
    elif noise == "beta-binomial":
        sends = random.binomial(events, random.beta(rate * 32, (1 - rate) * 32))
    else:
        sends = random.poisson(events * rate * random.gamma(20, 1 / 20, events.shape))
    return events.astype(float), sends.astype(float)


def main() -> None:
    settings = DetectorSettings()
    if len(sys.argv) > 1:
        settings = replace(settings, false_alarm_years=float(sys.argv[1]))
    print(f"budget: {1 / settings.false_alarm_years:.3f} false alarms per pair-year")
    years = PAIRS * (DAYS - WARM_UP) / 365.25
    for noise in ("binomial", "beta-binomial", "negative binomial"):
        found = []
        for level in LEVELS:
            verdicts, _ = judge_panel(*healthy(level, noise), date(2024, 1, 1), settings=settings)
            found.append(f"{level:g}: {(verdicts.change[:, WARM_UP:] == Change.OPENED).sum() / years:.3f}")
        print(f"{noise:18} " + "  ".join(found))


if __name__ == "__main__":
    main()
