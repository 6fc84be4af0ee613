"""Source `customerio_newsletters`: which newsletters there are, and when each was sent."""

from __future__ import annotations

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.run_report import Tally
from collectors.customerio import fetch_newsletters
from storage.save import save_newsletters


def collect_customerio_newsletters(run: WorkspaceRun, tally: Tally) -> None:
    """Saves the newsletters as listed. One that a list leaves out stays as it was: nothing follows from that.

    Raises:
        CollectorError: what ended it; nothing is saved of a list that could not be read to its end.
    """
    assert run.customerio is not None
    found = fetch_newsletters(run.customerio)
    with run.saving() as connection:
        tally.rows += save_newsletters(connection, run.name, found, run.clock.instant())
    tally.kept = True
