"""Who is told how far a run is."""

from __future__ import annotations

from typing import Protocol

from storage.records import CollectionRecord, Source


class ProgressSink(Protocol):
    """Who shows how far a run is."""

    def begin(self, workspace: str, source: Source) -> None:
        """A source of a workspace begins."""

    def advance(self, done: int, total: int | None, what: str) -> None:
        """The source has done so much of so much."""

    def end(self, record: CollectionRecord) -> None:
        """The source has ended."""

    def note(self, text: str) -> None:
        """Something worth telling."""
