"""How old events are when they are received, by who sends them; kept in memory, with nobody in it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from campaign_health.route.proof.log_histogram import LogHistogram, histogram_of, merged

SHARES = {"p50_seconds": 0.5, "p95_seconds": 0.95, "p99_seconds": 0.99}


class SourceAges:
    """Since it was made; may be called from any thread. `clock` in Unix seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._since = datetime.fromtimestamp(clock(), UTC)
        self._lock = threading.Lock()
        self._known: dict[str, LogHistogram] = {}

    def note(self, source: str, seconds: Sequence[float]) -> None:
        """Events of a source came, each so old; one that claims to be of the future is as if it happened just now."""
        if not seconds:
            return
        with self._lock:
            known = self._known.get(source)
            new = histogram_of(seconds)
            self._known[source] = new if known is None else merged((known, new))

    def rows(self) -> list[dict[str, Any]]:
        """Of each source how many events there were, and the age that half, 95 % and 99 % of them had at most."""
        with self._lock:
            known = dict(self._known)
        return [
            {
                "source": source,
                "events": found.total,
                "since": self._since.isoformat(),
                **{name: found.quantile(share) for name, share in SHARES.items()},
            }
            for source, found in sorted(known.items())
        ]
