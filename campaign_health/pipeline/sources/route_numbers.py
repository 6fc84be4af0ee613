"""Source `route`: the numbers that the route leaves for the monitor; no service is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.run_report import Tally
from collectors.route import read_delivery, read_promises, read_recoveries
from storage.connection import Connection
from storage.delivery_records import Delivery
from storage.route_records import PromiseHourRecord, RecoveryRecord
from storage.save import save_delivery, save_promise_hours, save_recoveries


def collect_route_numbers(run: WorkspaceRun, tally: Tally) -> None:
    """Saves what recoveries found and did, and how soon messages followed their events, and what is carried.

    Raises:
        CollectorError: the file cannot be read; what is stored stays.
    """
    left = left_numbers(run.warehouse.data_dir, run.name)
    with run.saving() as connection:
        tally.rows += left.save(connection)
    tally.kept = True


@dataclass(frozen=True)
class LeftNumbers:
    """What the route has left of a workspace."""

    workspace: str
    recoveries: Sequence[RecoveryRecord]
    promises: Sequence[PromiseHourRecord]
    delivery: Delivery | None

    def save(self, connection: Connection) -> int:
        """Save it; how many rows were written."""
        rows = save_recoveries(connection, self.workspace, self.recoveries)
        rows += 0 if self.delivery is None else save_delivery(connection, self.workspace, self.delivery)
        return rows + save_promise_hours(connection, self.workspace, self.promises)


def left_numbers(data_dir: Path, workspace: str) -> LeftNumbers:
    """What the route has left of a workspace. Raises CollectorError where the file cannot be read."""
    return LeftNumbers(
        workspace,
        read_recoveries(data_dir, workspace),
        read_promises(data_dir, workspace),
        read_delivery(data_dir, workspace),
    )
