"""Whether an event has just stopped being as declared: five of its last twenty. Pure."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

LAST = 20
SUSPICIOUS = 5

Unfit = tuple[str, str]
"""Why an event does not fit, and which property."""


@dataclass
class RecentFits:
    """The last events of each name, by key: each counts once, however often it is tried."""

    last: dict[str, deque[tuple[bytes, Unfit | None]]] = field(default_factory=dict)

    def seen(self, event: str, key: bytes, unfit: Unfit | None) -> bool:
        """Note one event; whether so many of the last do not fit for the same reason that something has changed."""
        some = self.last.setdefault(event, deque(maxlen=LAST))
        if all(known != key for known, _ in some):
            some.append((key, unfit))
        return unfit is not None and Counter(why for _, why in some)[unfit] >= SUSPICIOUS

    def forget(self, event: str) -> None:
        """Begin anew with an event: its contract has changed."""
        self.last.pop(event, None)
