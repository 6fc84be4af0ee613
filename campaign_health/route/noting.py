"""Leaves the route's numbers for the monitor every minute: one thread beside the doors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from filelock import Timeout

from campaign_health.route.carriers import Carrier
from campaign_health.route.delivery_note import delivery_note
from campaign_health.route.experiment_note import experiment_note
from campaign_health.route.numbers_file import note_delivery
from storage.errors import StorageError
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.route_file import open_route_file

EVERY_SECONDS = 60.0
LAST_SECONDS = 2.0
TIMES_ITS_LENGTH = 20


class Noting:
    """Of all workspaces that are carried; `start` and `stop` it. `told` hears once of what fails.

    The numbers are of the route's data at a `place`, and are left in a data directory.
    """

    def __init__(
        self,
        place: Place,
        data_dir: Path,
        carriers: Mapping[str, Carrier],
        told: Callable[[str], None],
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._place, self._data_dir, self._carriers = place, data_dir, carriers
        self._told, self._every = told, every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="noting", daemon=True)
        self._failure = ""

    def start(self) -> None:
        """Begin; the first numbers are left after the pause between two."""
        self._thread.start()

    def stop(self) -> None:
        """End, and leave the numbers as they are then, where that takes no more than seconds."""
        self._stopping.set()
        self._thread.join(LAST_SECONDS)

    def note(self) -> None:
        """Leave the numbers now."""
        with open_route_file(self._place) as connection:
            for name, one in self._carriers.items():
                contract = one.keeper.moving.contract
                sent_as = {} if contract is None else {event: found.to for event, found in contract.events.items()}
                now, ids = time.time(), one.keeper.published.read().campaigns
                experiments = {} if contract is None else contract.experiments
                compared = experiment_note(connection, name, experiments, ids, now)
                note = delivery_note(connection, name, sent_as, now, sources=one.door.ages.rows(), experiments=compared)
                note_delivery(self._data_dir, name, note)

    def _run(self) -> None:
        is_over, took = False, 0.0
        while not is_over:
            # A million events that wait take seconds to count, and are not counted all the time.
            is_over = self._stopping.wait(max(self._every, TIMES_ITS_LENGTH * took))
            begun = time.monotonic()
            try:
                self.note()
                self._failure = ""
            except (OSError, StorageError, Timeout) as failure:
                self._tell(str(failure))
            except Exception as failure:  # its words may name somebody, and the next numbers may be well
                self._tell(type(failure).__name__)
            took = time.monotonic() - begun

    def _tell(self, failure: str) -> None:
        if failure != self._failure:
            self._failure = failure
            self._told(f"The numbers for the dashboard could not be written: {failure}")
