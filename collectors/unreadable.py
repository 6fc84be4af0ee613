"""Records of a raw export that cannot be read: a few are left out and told, many spoil the export."""

from __future__ import annotations

from collectors.errors import UnexpectedShape

# So few records that cannot be read, or so small a share of all, are left out.
FEW_UNREADABLE = 10
SHARE_UNREADABLE = 0.01


class Unreadable:
    """The records of one export that could not be read: how many, beside how many that could, and what the first lacks.

    A few are left out and told. Many, or as many as there are others, are no oddity of a few events any more.
    """

    def __init__(self, service: str) -> None:
        self._service = service
        self.records = 0
        self.read = 0
        self._first = ""

    def lines(self, lines: int) -> None:
        """So many lines are no event."""
        self.records += lines
        self._first = self._first or "a line is no event"

    def record(self, wrong: str) -> None:
        """One record that was read as such, and what is wrong with it."""
        self.records += 1
        self.read -= 1
        self._first = self._first or wrong

    def told(self, days: str) -> str | None:
        """What is told of the export of these days; None where all could be read.

        Raises:
            UnexpectedShape: there are too many.
        """
        if not self.records:
            return None
        records = "1 record" if self.records == 1 else f"{self.records:,} records"
        if self.records > max(FEW_UNREADABLE, self.read * SHARE_UNREADABLE) or self.records >= self.read:
            raise UnexpectedShape(
                f"{self._service}'s export is not whole: it holds {records} that cannot be read among "
                f"{self.read:,} others ({self._first})",
                "The days are asked for again by the next run.",
                source=self._service,
                field="records",
            )
        return f"{days}: {records} of {self._service}'s export could not be read and left out ({self._first})."
