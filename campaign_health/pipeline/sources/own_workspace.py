"""Part of `customerio_campaigns`: the workspace's number in Customer.io's addresses, asked for until it is known."""

from __future__ import annotations

from campaign_health.pipeline.context import WorkspaceRun
from collectors.customerio import fetch_workspace_number
from collectors.errors import ClockOff, CollectorError
from storage.read.service_numbers import service_numbers
from storage.save import save_customerio_workspace


def find_workspace_number(run: WorkspaceRun) -> None:
    """Saves the number where no setting says it and it is not known yet.

    Only links hang on it: a refusal is no failure of the source, and the next run asks again.

    Raises:
        ClockOff: the clock was found to be wrong.
    """
    settings = run.workspace.customerio
    if run.customerio is None or settings is None or settings.workspace_id is not None:
        return
    with run.reading() as connection:
        known = service_numbers(connection, run.name).customerio_workspace
    if known is not None:
        return
    try:
        number = fetch_workspace_number(run.customerio, run.name)
    except ClockOff:
        raise
    except CollectorError:
        return
    if number is not None:
        with run.saving() as connection:
            save_customerio_workspace(connection, run.name, number)
