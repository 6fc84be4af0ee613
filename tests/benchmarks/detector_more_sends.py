"""Search for days on which more sends make a verdict worse: python -m tests.benchmarks.detector_more_sends [rounds]

Each round judges 360 days of made-up pairs with 40 counts of sends each.
"""

from __future__ import annotations

import sys

import numpy as np

from tests.wild_pairs import TRIED, more_sends_made_worse


def main() -> None:
    tried, found = 0, []
    for seed in range(int(sys.argv[1]) if len(sys.argv) > 1 else 100):
        days, worse = more_sends_made_worse(np.random.default_rng([3, seed]))
        tried += days
        found += worse
    print(f"An alert appeared with more sends on {len(found)} of {tried:,} pair-days, {TRIED} counts tried on each.")
    for day in found:
        print(
            f"  {day.events:,.0f} events: {day.more:,.0f} sends in place of {day.fewer:,.0f},"
            f" evidence {day.evidence[0]:.2f} -> {day.evidence[1]:.2f}"
        )


if __name__ == "__main__":
    main()
