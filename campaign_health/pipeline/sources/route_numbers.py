"""Source `route`: the numbers that the route leaves for the monitor; no service is asked."""

from __future__ import annotations

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.run_report import Tally
from collectors.route import read_promises, read_recoveries
from storage.save import save_promise_hours, save_recoveries


def collect_route_numbers(run: WorkspaceRun, tally: Tally) -> None:
    """Saves what recoveries found and did, and how soon messages followed their events.

    Raises:
        CollectorError: the file cannot be read; what is stored stays.
    """
    found = read_recoveries(run.warehouse.data_dir, run.name)
    promises = read_promises(run.warehouse.data_dir, run.name)
    with run.saving() as connection:
        tally.rows += save_recoveries(connection, run.name, found)
        tally.rows += save_promise_hours(connection, run.name, promises)
    tally.kept = True
