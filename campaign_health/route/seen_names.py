"""The names that came and that nobody moves, as far as memory is to hold them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

MOST_NAMES = 1_000
"""Whoever sends names without end fills no memory with them."""


@dataclass(frozen=True)
class NewName:
    """A name that nobody moves: when it first and last came (Unix seconds), and how often since it was noticed."""

    name: str
    first: float
    last: float
    number: int


@dataclass
class SeenNames:
    """By name; `unsaved` are those that the file does not know yet, with when they first came (Unix seconds)."""

    by_name: dict[str, NewName] = field(default_factory=dict)
    unsaved: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seen(self, name: str, now: float) -> None:
        """It came once more."""
        with self._lock:
            known = self.by_name.get(name)
            if known is not None:
                self.by_name[name] = replace(known, last=now, number=known.number + 1)
            elif len(self.by_name) < MOST_NAMES:
                self.by_name[name] = NewName(name, now, now, 1)
                self.unsaved[name] = now

    def known_before(self, names: dict[str, float]) -> None:
        """Take in what the file knows from before."""
        with self._lock:
            for name, first in names.items():
                known = self.by_name.get(name, NewName(name, first, first, 0))
                self.by_name[name] = replace(known, first=min(first, known.first))

    def take_unsaved(self) -> dict[str, float]:
        """What the file does not know yet; it is taken to know it from now on."""
        with self._lock:
            found, self.unsaved = self.unsaved, {}
            return found

    def copy(self) -> dict[str, NewName]:
        """All that came, by name."""
        with self._lock:
            return dict(self.by_name)
