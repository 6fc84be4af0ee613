"""Looks into Mixpanel's export again and again, beside the doors: one thread a workspace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from campaign_health.route.net.absence_look import AbsenceLook
from campaign_health.route.net.export_net import ExportNet
from campaign_health.route.steady_thread import SteadyThread
from collectors.errors import CollectorError
from storage.errors import StorageError
from storage.outbox.connection.outbox_connection import DatabaseAway, Place
from storage.outbox.route_file import Connection, committed
from storage.outbox.route_modes import note_modes_known

LOOK_SECONDS = 2.0
END_SECONDS = 2.0


@dataclass
class ExportReading:
    """One workspace's; `start` and `stop` it. What goes wrong is `told` once, and again after it has gone well."""

    workspace: str
    place: Place
    net: ExportNet | None
    absences: AbsenceLook
    told: Callable[[str], None]
    _trouble: set[str] = field(default_factory=set)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        outbox = self.absences.outbox
        self.thread = SteadyThread("export", self.workspace, self.place, self._look_on, self._stopping, outbox)

    def start(self) -> None:
        """Begin to look."""
        self.thread.start()

    def stop(self) -> None:
        """End; an answer that is just being read is not waited for: what it has is found again."""
        self._stopping.set()
        self.thread.join(END_SECONDS)

    def _look_on(self, connection: Connection) -> None:
        with committed(connection):
            note_modes_known(connection, self.workspace, time.time())
        while not self._stopping.wait(LOOK_SECONDS):
            if self.net is not None:
                self._look(connection, "What came past the doors", self.net.look)
            self._look(connection, "Who did not come", self.absences.look)

    def _look(self, connection: Connection, what: str, look: Callable[[Connection], bool]) -> None:
        try:
            if look(connection):
                self._trouble.discard(what)
        except DatabaseAway:
            raise
        except (CollectorError, StorageError) as failure:
            if what not in self._trouble and not self._stopping.is_set():
                self.told(f"{what} could not be read from Mixpanel's export, and is tried again: {failure}")
            self._trouble.add(what)
