"""What came of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from campaign_health.process.stopping import Stopped
from collectors.errors import ClockOff
from storage.records import CollectionRecord, Outcome, Source

EXIT_COMPLETE = 0
EXIT_INCOMPLETE = 1
# Of a thousand campaigns that fail alike, so many are named.
SHORTFALLS_TOLD = 3


@dataclass
class Tally:
    """What one source has done so far: filled while it runs, then recorded.

    Attributes:
        notes: things worth telling that did no harm.
        warnings: what went wrong and was made up for: told as an error, the outcome stays as it is.
        shortfalls: what could not be had; the outcome is then `partial`, or `failed` where nothing was kept.
        kept: whether anything that was asked for is stored.
    """

    source: Source
    started_at: datetime
    first_day: date | None = None
    last_day: date | None = None
    rows: int = 0
    kept: bool = False
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    shortfalls: list[str] = field(default_factory=list)

    def outcome(self) -> Outcome:
        """`complete`, `partial` or `failed`."""
        if not self.shortfalls:
            return "complete"
        return "partial" if self.kept else "failed"

    def error(self) -> str | None:
        """What went wrong, None if nothing did."""
        told = list(dict.fromkeys([*self.warnings, *self.shortfalls]))
        if not told:
            return None
        # What ended the source is said last: it must not be cut off.
        shown = told if len(told) <= SHORTFALLS_TOLD + 1 else [*told[:SHORTFALLS_TOLD], told[-1]]
        more = len(told) - len(shown)
        return " ".join(shown) + (f" And {more} more of the kind." if more else "")


@dataclass
class WorkspaceReport:
    """One workspace's part of a run. `clock_off` says why nothing was collected where this machine's clock is wrong."""

    workspace: str
    time_zone: str | None = None
    records: list[CollectionRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    budget_spent: bool = False
    clock_off: ClockOff | None = None

    def complete(self) -> bool:
        """Whether everything that was asked for is stored."""
        return bool(self.records) and all(record.outcome == "complete" for record in self.records)


@dataclass
class RunReport:
    """A whole run. `problem` says why it could not be finished or published, `stopped` that a signal ended it."""

    run_id: str
    workspaces: list[WorkspaceReport] = field(default_factory=list)
    published: bool = False
    problem: str | None = None
    stopped: Stopped | None = None

    def clock_off(self) -> ClockOff | None:
        """Why nothing may be judged or told by this machine's clock: the services' is another. None where it agrees."""
        return next((part.clock_off for part in self.workspaces if part.clock_off is not None), None)

    def records(self) -> Iterator[CollectionRecord]:
        """Every source's record, in the order in which they ran."""
        for workspace in self.workspaces:
            yield from workspace.records

    def exit_code(self) -> int:
        """0 all collected, 1 something could not be, 128 + the signal's number where one ended it."""
        if self.stopped is not None:
            return self.stopped.exit_code
        complete = self.problem is None and all(workspace.complete() for workspace in self.workspaces)
        return EXIT_COMPLETE if complete else EXIT_INCOMPLETE

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "run_id": self.run_id,
            "exit_code": self.exit_code(),
            "published": self.published,
            "problem": self.problem,
            "workspaces": [
                {
                    "workspace": workspace.workspace,
                    "time_zone": workspace.time_zone,
                    "notes": workspace.notes,
                    "sources": [_record_json(record) for record in workspace.records],
                }
                for workspace in self.workspaces
            ],
        }


def _record_json(record: CollectionRecord) -> dict[str, Any]:
    return {
        "source": record.source,
        "outcome": record.outcome,
        "first_day": record.first_day,
        "last_day": record.last_day,
        "requests": record.requests,
        "rows": record.rows,
        "error": record.error,
        "notes": list(record.details.get("notes", ())),
    }
