"""Part of `customerio_campaigns`: the workspace's number in Customer.io's addresses, asked for once a day."""

from __future__ import annotations

from campaign_health.pipeline.context import WorkspaceRun
from collectors.customerio import fetch_workspace_number
from collectors.errors import ClockOff, CollectorError
from storage.read.service_numbers import service_numbers
from storage.save import save_customerio_workspace


def find_workspace_number(run: WorkspaceRun) -> None:
    """Saves the number where no setting says it: each day anew, for the key may be another workspace's by now.

    Only links hang on it: a refusal is no failure of the source, what was known stays, and the next run asks again.

    Raises:
        ClockOff: the clock was found to be wrong.
    """
    settings = run.workspace.customerio
    if run.customerio is None or settings is None or settings.workspace_id is not None:
        return
    with run.reading() as connection:
        known = service_numbers(connection, run.name)
    if known.customerio_asked_on == run.today:
        return
    try:
        number = fetch_workspace_number(run.customerio, run.name, known.customerio_workspace)
    except ClockOff:
        raise
    except CollectorError:
        return
    with run.saving() as connection:
        save_customerio_workspace(connection, run.name, number, run.today)
