"""What is moved of one workspace just now: its manifest and the modes that were set, read again when they change."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from campaign_health.manifest.problems import ManifestError
from campaign_health.route.lanes.prepared import Prepared
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.manifest_contract import ManifestContract
from campaign_health.route.moved_event import Routed
from storage.outbox.route_file import Connection
from storage.outbox.route_modes import modes

LOOK_SECONDS = 2.0


@dataclass
class Moving:
    """One workspace's contract and modes; `refresh` is called often and reads seldom.

    A manifest that cannot be read leaves what was there in force, and is told of once.
    """

    workspace: str
    manifest: Path
    read: Callable[[Path], ManifestContract]
    told: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _contract: ManifestContract | None = None
    _modes: Mapping[str, str] = field(default_factory=dict)
    _seen: tuple[int, ...] | None = None
    _next: float = 0.0

    def refresh(self, connection: Connection) -> bool:
        """Read the modes, and the manifest where it was changed; whether it is known what is moved."""
        now = self.clock()
        if now >= self._next:
            self._next = now + LOOK_SECONDS
            self._read_again(connection)
        return self._contract is not None

    def _read_again(self, connection: Connection) -> None:
        self._modes = modes(connection, self.workspace)
        try:
            stat = self.manifest.stat()
            seen: tuple[int, ...] = (stat.st_mtime_ns, stat.st_size)
        except OSError:
            seen = ()
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._contract = self.read(self.manifest)
        except ManifestError as failure:
            self.told(f"{self.manifest} cannot be used now, and what it said before holds: {failure}")
            return
        for event, needed in self._contract.left_out.items():
            self.told(f"{event} is not moved: what fills {needed} (Stripe) is not there yet")

    def routed(self, name: str) -> Routed | None:
        """What is moved under a name that the app sends; None where it is not, or its mode is off."""
        found = None if self._contract is None else self._contract.routed(name)
        return None if found is None or self._modes.get(found.event, "off") == "off" else found

    def operation(self, event: Waiting) -> Prepared:
        """What an event is to Customer.io; raises UnfitEvent where it is not as declared."""
        assert self._contract is not None
        return self._contract.operation(event)

    def is_shadow(self, event: str) -> bool:
        """Whether it is not really sent; also where it was turned off since it came."""
        return self._modes.get(event, "off") != "live"
