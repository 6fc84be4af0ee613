"""The names that came and that nobody moves, as far as memory is to hold them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

MOST_NAMES, MOST_OF_BROWSERS = 1_000, 300
"""Whoever sends names without end fills no memory with them, and anybody can send some through a browser: those that
only browsers sent are few, and make room for what one's own servers send.
"""


@dataclass(frozen=True)
class NewName:
    """A name that nobody moves: when it first and last came (Unix seconds), how often since it was noticed, and whether
    a sender that proved itself ever sent it.
    """

    name: str
    first: float
    last: float
    number: int
    is_proven: bool = True


@dataclass
class SeenNames:
    """By name; `unsaved` are those that the file does not know so yet."""

    by_name: dict[str, NewName] = field(default_factory=dict)
    unsaved: dict[str, NewName] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seen(self, name: str, now: float, *, is_proven: bool = True) -> None:
        """It came once more (Unix seconds), from one who proved to be a server of the workspace's owner or not."""
        with self._lock:
            known = self.by_name.get(name)
            if known is None:
                if self._has_room(is_proven=is_proven):
                    self.by_name[name] = self.unsaved[name] = NewName(name, now, now, 1, is_proven)
                return
            found = replace(known, last=now, number=known.number + 1, is_proven=known.is_proven or is_proven)
            self.by_name[name] = found
            if found.is_proven != known.is_proven:
                self.unsaved[name] = found

    def known_before(self, names: Mapping[str, tuple[float, bool]]) -> None:
        """Take in what the file knows from before: when each first came, and whether somebody proven sent it."""
        with self._lock:
            for name, (first, is_proven) in names.items():
                known = self.by_name.get(name)
                if known is None and self._has_room(is_proven=is_proven):
                    known = NewName(name, first, first, 0, is_proven)
                if known is not None:
                    is_proven = is_proven or known.is_proven
                    self.by_name[name] = replace(known, first=min(first, known.first), is_proven=is_proven)

    def take_unsaved(self) -> dict[str, tuple[float, bool]]:
        """What the file does not know yet, as it is told of them; it is taken to know it from now on."""
        with self._lock:
            found, self.unsaved = self.unsaved, {}
            return {one.name: (one.first, one.is_proven) for one in found.values()}

    def copy(self) -> dict[str, NewName]:
        """All that came, by name."""
        with self._lock:
            return dict(self.by_name)

    def _has_room(self, *, is_proven: bool) -> bool:
        """Whether one more fits in; for what is proven the newest of what is not makes room."""
        unproven = [name for name, one in self.by_name.items() if not one.is_proven]
        if not is_proven:
            return len(unproven) < MOST_OF_BROWSERS and len(self.by_name) < MOST_NAMES
        if len(self.by_name) < MOST_NAMES:
            return True
        if unproven:
            self.by_name.pop(unproven[-1])
            self.unsaved.pop(unproven[-1], None)
        return bool(unproven)
