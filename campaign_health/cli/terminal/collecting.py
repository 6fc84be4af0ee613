"""Shows a run while it is going on, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from campaign_health.cli.terminal.console import notes, results
from campaign_health.pipeline import RunReport
from campaign_health.words.event_service import of_service
from campaign_health.words.numbers import plural
from campaign_health.words.source_names import source_name
from storage.records import CollectionRecord, Source

OUTCOME_SIGNS = {"complete": ("✓", "green"), "partial": ("!", "yellow"), "failed": ("✗", "red")}


class CollectingDisplay:
    """Draws on standard error: a line for each source, and, on a terminal, what is left of the running one."""

    def __init__(self) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[what]}"),
            TimeElapsedColumn(),
            console=notes,
            transient=True,
            disable=not notes.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> CollectingDisplay:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def begin(self, workspace: str, source: Source) -> None:
        """Begins a source's bar."""
        self._close()
        where = "" if workspace == "default" else f"{workspace}: "
        self._task = self._bars.add_task(escape(f"{where}{source_name(source)}"), total=None, what="")

    def advance(self, done: int, total: int | None, what: str) -> None:
        """Moves the bar to `done` of `total`."""
        if self._task is not None:
            self._bars.update(self._task, completed=done, total=total, what=what)

    def end(self, record: CollectionRecord) -> None:
        """Ends the bar and writes the source's line."""
        self._close()
        sign, colour = OUTCOME_SIGNS[record.outcome]
        where = "" if record.workspace == "default" else f"{record.workspace}: "
        line = f"{sign} {where}{source_name(record.source)}: {record.outcome}, {plural(record.rows, 'row')}, "
        line += plural(record.requests, "request")
        notes.print(line, style=colour, markup=False)
        for text in (record.error, *record.details.get("notes", ())):
            if text:
                notes.print(f"  {text}", markup=False)

    def note(self, text: str) -> None:
        """Writes a line of its own."""
        notes.print(text, style="yellow", markup=False)

    def _close(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None


def print_report(report: RunReport, services: Mapping[str, str]) -> None:
    """Writes the run as a table to standard output; `services` count the workspaces' events."""
    several = len(report.workspaces) > 1
    table = Table(box=None, pad_edge=False)
    for column in (["Workspace"] if several else []) + ["Source", "Outcome", "Days"]:
        table.add_column(column)
    for column in ("Rows", "Requests"):
        table.add_column(column, justify="right")
    for record in report.records():
        sign, colour = OUTCOME_SIGNS[record.outcome]
        table.add_row(
            *([escape(record.workspace)] if several else []),
            of_service(source_name(record.source), services.get(record.workspace)),
            f"[{colour}]{sign} {record.outcome}[/]",
            _days(record),
            f"{record.rows:,}",
            f"{record.requests:,}",
        )
    results.print(table)


def _days(record: CollectionRecord) -> str:
    if record.first_day is None:
        return "–"
    if record.first_day == record.last_day:
        return f"{record.first_day}"
    return f"{record.first_day} to {record.last_day}"
