"""How long the collection of one workspace may take, and each source of it."""

from __future__ import annotations

import time

from campaign_health.settings import HttpSettings
from collectors.http.deadline import Deadline

MINUTE = 60.0
# Somebody who says to wait for the services' limits has the time.
WAITING_MINUTES = 24 * 60.0
GOES_ON = "What was whole by then is saved, and the next run goes on from there."


def source_seconds(left: float, sources_left: int, longest: float) -> float:
    """How long the next source may take.

    Half of what is left at most, so that there is always something left for those after it: a service that is slow in
    everything gets less from source to source, and never takes the other's time. The last one may take the rest.

    Args:
        left: seconds left of the run.
        sources_left: how many are still to be run, this one too.
        longest: seconds that any source may take.
    """
    return min(longest, left if sources_left <= 1 else left / 2)


class RunTime:
    """One workspace's run: it begins now, and its clients share its `deadline`.

    Args:
        http: says how many minutes a run and a source may take.
        wait: whether the services' limits are waited for; the minutes are then a day at least.
    """

    def __init__(self, http: HttpSettings, *, wait: bool) -> None:
        least = WAITING_MINUTES if wait else 0.0
        self._run_minutes = max(http.run_minutes, least)
        self._source_minutes = max(http.source_minutes, least)
        self._ends = time.monotonic() + self._run_minutes * MINUTE
        self.deadline = Deadline()

    def begin_source(self, sources_left: int) -> None:
        """Gives the next source its time, which begins now; `sources_left` counts it too."""
        left = self._ends - time.monotonic()
        longest = self._source_minutes * MINUTE
        seconds = source_seconds(left, sources_left, longest)
        if seconds >= longest:
            what = f"the {self._source_minutes:g} minutes that one source may take"
            cure = f"{GOES_ON} CAMPAIGN_HEALTH_SOURCE_MINUTES gives a source more time."
        else:
            share = f"{max(seconds, 0.0) / MINUTE:.3g}"
            what = f"the {share} minutes left to this source of its run's {self._run_minutes:g}"
            cure = f"{GOES_ON} CAMPAIGN_HEALTH_RUN_MINUTES gives a run more time."
        self.deadline.give(seconds, what, cure)
