"""A run that nobody looks at while it goes on: one line for each source when it has ended."""

from __future__ import annotations

import logging

from campaign_health.words.source_names import source_name
from storage.records import CollectionRecord, Source

_log = logging.getLogger(__name__)
_LEVELS = {"complete": logging.INFO, "partial": logging.WARNING, "failed": logging.ERROR}


class LoggedProgress:
    """Where the schedule and its like tell how far a run is."""

    def begin(self, workspace: str, source: Source) -> None:
        """Nothing is said: a source's line is written when it has ended."""

    def advance(self, done: int, total: int | None, what: str) -> None:
        """Nothing is said: nobody looks."""

    def end(self, record: CollectionRecord) -> None:
        """Writes the source's line, and one for each thing that is worth telling of it."""
        of = {"workspace": record.workspace, "source": record.source}
        name = source_name(record.source)
        _log.log(
            _LEVELS[record.outcome],
            "%s: %s, %s rows, %s requests",
            name,
            record.outcome,
            f"{record.rows:,}",
            f"{record.requests:,}",
            extra={**of, "outcome": record.outcome, "rows": record.rows, "requests": record.requests},
        )
        if record.error:
            _log.log(_LEVELS[record.outcome], "%s: %s", name, record.error, extra=of)
        for text in record.details.get("notes", ()):
            _log.info("%s: %s", name, text, extra=of)

    def note(self, text: str) -> None:
        """Writes a line of its own."""
        _log.warning("%s", text)
