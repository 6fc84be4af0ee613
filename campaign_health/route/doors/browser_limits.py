"""How much a browser may have sent: anybody can run one, and every event may become a message to somebody."""

from __future__ import annotations

import ipaddress
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_OF_AN_ADDRESS = 600
"""Events in a minute; a whole office may be behind one address."""
MOST_OF_A_PERSON = 30
WINDOW_SECONDS = 60.0
MOST_KEYS = 100_000
"""Addresses and people in a minute that are told apart; beyond them new ones have to wait."""


@dataclass
class BrowserLimits:
    """What came within this minute, by address and by person: in memory only, and forgotten then. For any thread."""

    clock: Callable[[], float]
    _ends: float = 0.0
    _numbers: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def takes_of_address(self, address: str, events: int) -> bool:
        """Whether so many more events may come from there; noted where they may."""
        return self._takes(("address", _network(address)), events, MOST_OF_AN_ADDRESS)

    def takes_of_person(self, person: str) -> bool:
        """Whether one more event may be about them; noted where it may."""
        return self._takes(("person", person), 1, MOST_OF_A_PERSON)

    def _takes(self, key: tuple[str, str], events: int, most: int) -> bool:
        with self._lock:
            return self._takes_alone(key, events, most)

    def _takes_alone(self, key: tuple[str, str], events: int, most: int) -> bool:
        now = self.clock()
        # Also where the clock was set back.
        if not self._ends - WINDOW_SECONDS <= now < self._ends:
            self._ends = now + WINDOW_SECONDS
            self._numbers.clear()
        if self._numbers[key] + events > most or (key not in self._numbers and len(self._numbers) >= MOST_KEYS):
            return False
        self._numbers[key] += events
        return True


def _network(address: str) -> str:
    """Who has one address of IPv6 has 2**64 of them; some proxies name the port as well."""
    if address.count(":") == 1:
        address = address.partition(":")[0]
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
