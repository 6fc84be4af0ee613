"""Publishes at once what the route has left of a workspace, so that nobody waits for the next collection."""

from __future__ import annotations

from pathlib import Path

from campaign_health.decisions.record_decision import change_warehouse
from campaign_health.pipeline.sources.route_numbers import left_numbers
from storage.file.database import Warehouse

WAIT_SECONDS = 60.0


def publish_numbers(data_dir: Path, workspace: str) -> None:
    """Save and publish it.

    Raises:
        BusyError: somebody writes for longer than a minute; the next collection publishes it.
        CollectorError: the file cannot be read.
    """
    left = left_numbers(data_dir, workspace)
    change_warehouse(Warehouse(data_dir), left.save, WAIT_SECONDS)
