"""What is moved just now, as the doors and the lanes ask: manifest, modes and holds, read again where they change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaign_health.manifest.problems import ManifestError
from campaign_health.route.lanes.prepared import KeptBack, Prepared, UnfitEvent
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.manifest_contract import ManifestContract
from campaign_health.route.moved_event import Routed
from campaign_health.route.recovery.qualifying import PersonEvent
from campaign_health.route.seen_names import SeenNames
from storage.outbox.events.held_events import Hold, holds_now
from storage.outbox.people.experiment_log import Conversion
from storage.outbox.route_file import Connection
from storage.outbox.route_modes import modes

LOOK_SECONDS = 2.0
HOLD_SECONDS = 0.1
"""How often it is read which modes and holds are new: who holds an event expects that no more of it goes out."""
Renames = tuple[tuple[str, str], ...]
"""Old and new names of which people said, outside the manifest, that they are one event's."""
Read = Callable[[Path, Renames], ManifestContract]


@dataclass
class Moving:
    """One workspace's contract, modes and holds; `refresh` is called often and reads seldom.

    A manifest that cannot be read leaves what was there in force, and is told of once. `unfit` is told of each event
    that is not as declared, and `fit` of each that is; both may be called from any thread.
    """

    workspace: str
    manifest: Path
    read: Read
    told: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    names: SeenNames = field(default_factory=SeenNames)
    unfit: Callable[[Waiting, UnfitEvent], None] = lambda event, problem: None
    fit: Callable[[Waiting], None] = lambda event: None
    version: int = 0
    _contract: ManifestContract | None = None
    _modes: Mapping[str, str] = field(default_factory=dict)
    _holds: Mapping[str, Hold] = field(default_factory=dict)
    _renames: Renames = ()
    _seen: tuple[object, ...] | None = None
    _next: float = 0.0
    _next_hold: float = 0.0
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self, connection: Connection) -> bool:
        """Read the modes and holds, and the manifest where it was changed; whether it is known what is moved."""
        now = self.clock()
        if now >= self._next_hold:
            self._next_hold = now + HOLD_SECONDS
            self._modes = modes(connection, self.workspace)
            # An end is noticed later, when what was confirmed with it is known: until then the name is nobody's.
            self._holds = {**self._holds, **{one.event: one for one in holds_now(connection, self.workspace)}}
        if now >= self._next:
            self._next = now + LOOK_SECONDS
            self.read_holds(connection)
            self._read_manifest()
        return self._contract is not None

    def read_holds(self, connection: Connection) -> None:
        """Read which holds are in force."""
        self._holds = {one.event: one for one in holds_now(connection, self.workspace)}

    def is_held(self, event: str) -> bool:
        """Whether a hold of this name is in force, as far as is known."""
        return event in self._holds

    def set_renames(self, renames: Sequence[tuple[str, str]]) -> None:
        """Take renames that people confirmed for the manifest's own."""
        self._renames = tuple(sorted(set(renames)))
        self._read_manifest()

    def _read_manifest(self) -> None:
        with self._reading:
            try:
                stat = self.manifest.stat()
                seen: tuple[object, ...] = (stat.st_mtime_ns, stat.st_size, self._renames)
            except OSError:
                seen = ()
            if seen == self._seen:
                return
            self._seen = seen
            try:
                self._contract = self.read(self.manifest, self._renames)
            except ManifestError as failure:
                self.told(f"{self.manifest} cannot be used now, and what it said before holds: {failure}")
                return
            self.version += 1

    @property
    def contract(self) -> ManifestContract | None:
        """The newest manifest that could be read; None where none could."""
        return self._contract

    @property
    def changed(self) -> float:
        """When the manifest was written, in Unix seconds; 0 where it is not there."""
        seen = self._seen[0] if self._seen else None
        return seen / 1e9 if isinstance(seen, int) else 0.0

    def routed(self, name: str, *, is_proven: bool = True) -> Routed | None:
        """What is moved under a name that the app sends, or kept back as a candidate; None for all others.

        A name that nobody moves is remembered, the longer where its sender `is_proven`.
        """
        contract = self._contract
        found = None if contract is None else contract.routed(name)
        if found is not None:
            return None if self._modes.get(found.event, "off") == "off" else found
        self.names.seen(name, time.time(), is_proven=is_proven)
        hold = self._holds.get(name)
        if contract is None or hold is None or hold.kind != "candidate":
            return None
        return contract.as_candidate(name, hold.candidate_of)

    def person(self, name: str, properties: Mapping[str, Any]) -> str | None:
        """Whom an event is about, moved or not; None for nobody, and before a manifest was read."""
        return None if self._contract is None else self._contract.person(name, properties)

    def conversion(self, event: PersonEvent, source: str, hash_of: Callable[[str, str], bytes]) -> Conversion | None:
        """An event with which somebody may have converted in an experiment, moved or not; None for all others."""
        contract = self._contract
        found = None if contract is None else contract.conversion(event.name, event.properties, source)
        if found is None:
            return None
        name, seconds, person = found
        return Conversion(self.workspace, name, hash_of(self.workspace, person), event.time, seconds)

    def operation(self, event: Waiting) -> Prepared:
        """What an event is to Customer.io.

        Raises:
            UnfitEvent: it is not as declared.
            KeptBack: everything of its name is kept back.
        """
        contract, hold = self._contract, self._holds.get(event.event)
        assert contract is not None
        if hold is not None and hold.kind != "unsendable" and self.is_live(event.event, hold):
            raise KeptBack
        try:
            prepared = contract.operation(event)
        except UnfitEvent as problem:
            self.unfit(event, problem)
            raise
        self.fit(event)
        return prepared

    def is_live(self, event: str, hold: Hold | None = None) -> bool:
        """Whether it is really sent, or would be but for a hold; a candidate is what its old name is."""
        own = hold.candidate_of if hold is not None and hold.kind == "candidate" else event
        return self._modes.get(self._own(own), "off") == "live"

    def is_shadow(self, event: str) -> bool:
        """Whether it is not really sent; also where it was turned off since it came."""
        return not self.is_live(event)

    def _own(self, event: str) -> str:
        found = None if self._contract is None else self._contract.routed(event)
        return event if found is None else found.event
