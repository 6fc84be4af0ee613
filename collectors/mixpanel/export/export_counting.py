"""Counts distinct events by name and local day while an export streams by."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import date

from collectors.errors import ExportCutOff

# Eight bytes each: half a gigabyte would be the end of a small machine.
MOST_IDENTITIES = 40_000_000


class DistinctEvents:
    """Distinct events per (name, day) of one export window.

    Memory is 8 bytes for each exported event that has a `$insert_id`, and at most 320 MB: the digests are kept
    in plain arrays and sorted at the end, instead of in a set of Python numbers. Two different events share a
    64-bit digest with a chance of less than one in 20,000 in a window of 40 million.
    """

    def __init__(self) -> None:
        self._identities: dict[tuple[str, date], array[int]] = {}
        self._unique: dict[tuple[str, date], int] = {}
        self._held = 0

    def add(self, name: str, day: date, identity: int | None) -> None:
        """One exported event.

        Raises:
            ExportCutOff: the window holds more events than can be told apart in bounded memory.
        """
        key = (name, day)
        if identity is None:
            self._unique[key] = self._unique.get(key, 0) + 1
            return
        held = self._identities.get(key)
        if held is None:
            held = self._identities[key] = array("Q")
        held.append(identity)
        self._held += 1
        if self._held > MOST_IDENTITIES:
            raise ExportCutOff(
                f"Mixpanel's export holds more than {MOST_IDENTITIES:,} events in one window, "
                "too many to leave duplicates out.",
                "Collect fewer days at once with --since and --until, or count by Query.",
                source="Mixpanel",
            )

    def counts(self) -> Iterator[tuple[str, date, int]]:
        """Name, day and number of distinct events; empties the counter as it goes."""
        # Only here: `check --live` never counts an export, and is installed without NumPy.
        import numpy as np

        for key in list(self._identities.keys() | self._unique.keys()):
            identities = self._identities.pop(key, None)
            distinct = 0 if identities is None else len(np.unique(np.frombuffer(identities, dtype=np.uint64)))
            yield key[0], key[1], distinct + self._unique.pop(key, 0)
