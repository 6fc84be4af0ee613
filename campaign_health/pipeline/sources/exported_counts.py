"""Event counts from Mixpanel's raw export, window by window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.whole_counts import collect_whole_counts
from collectors.mixpanel import CountedBatch, WindowFailed, fetch_exported_counts, last_day_served


def collect_exported_counts(run: WorkspaceRun, tally: Tally) -> None:
    """Counts all events of the days that are needed, one transaction for each window of the export.

    Raises:
        CollectorError: what ended it; the windows before it are saved, the days after it marked.
    """
    client = run.mixpanel
    assert client is not None

    def ask(first_day: date, last_day: date) -> Iterator[CountedBatch]:
        for part in fetch_exported_counts(client, first_day, last_day, run.zone, run.now, run.progress.advance):
            if isinstance(part, WindowFailed):
                tally.shortfalls.append(part.reason)
            else:
                yield part

    collect_whole_counts(run, tally, "export", last_day_served(run.window.last_day, run.now, run.zone), ask)
