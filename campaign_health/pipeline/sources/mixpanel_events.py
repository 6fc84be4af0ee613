"""Source `mixpanel_events`: daily counts of every event, by Query or export of Mixpanel, Amplitude or a database."""

from __future__ import annotations

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.exported_counts import collect_exported_counts
from campaign_health.pipeline.sources.queried_counts import collect_queried_counts
from campaign_health.pipeline.sources.sql_counts import collect_sql_counts
from collectors.errors import PlanForbids
from collectors.sql import SqlSource


def collect_mixpanel_events(run: WorkspaceRun, tally: Tally) -> None:
    """Counts all events; with `auto`, from the export where, and only where, the plan forbids queries.

    Raises:
        CollectorError: what ended it; what was complete by then is saved.
    """
    if isinstance(run.events, SqlSource):
        collect_sql_counts(run, run.events, tally)
        return
    wanted = "query" if run.workspace.mixpanel is None else run.workspace.mixpanel.count_source
    if wanted == "export":
        collect_exported_counts(run, tally)
        return
    try:
        collect_queried_counts(run, tally, may_fall_back=wanted == "auto")
    except PlanForbids:
        if wanted == "query":
            raise
        tally.notes.append("Mixpanel's plan does not include queries: events are counted from the raw export.")
        collect_exported_counts(run, tally)
