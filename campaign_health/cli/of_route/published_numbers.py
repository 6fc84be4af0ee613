"""Publishes at once what the route has left of a workspace, so that nobody waits for the next collection."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from campaign_health.decisions.record_decision import change_warehouse
from campaign_health.pipeline.sources.route_numbers import LeftNumbers, left_numbers
from collectors.route import FILE_NAME
from storage.connection import Connection
from storage.delivery_records import Delivery
from storage.errors import NoPublishedFileError
from storage.file.database import Warehouse, open_published
from storage.read.route_delivery import delivery_of

WAIT_SECONDS = 60.0
OLDEST = timedelta(hours=1)
"""Numbers are published so often at least, where there is nothing new to tell."""


def publish_numbers(data_dir: Path, workspace: str) -> None:
    """Save and publish it.

    Raises:
        BusyError: somebody writes for longer than a minute; the next collection publishes it.
        CollectorError: the file cannot be read.
    """
    left = left_numbers(data_dir, workspace)
    change_warehouse(Warehouse(data_dir), left.save, WAIT_SECONDS)


def publish_delivery(data_dir: Path, workspaces: Iterable[str], *, only_news: bool) -> None:
    """Save and publish what is carried; `only_news`: where a hold, a reason or a mode is new, or an hour went by.

    Raises as `publish_numbers` does.
    """
    left = [left_numbers(data_dir, name) for name in workspaces]
    if only_news:
        try:
            with open_published(data_dir) as connection:
                left = [one for one in left if _is_news(connection, one)]
        except NoPublishedFileError:
            return

    def save(connection: Connection) -> None:
        for one in left:
            one.save(connection)

    if left:
        change_warehouse(Warehouse(data_dir), save, WAIT_SECONDS)
        # By its time the schedule knows that there is something to tell.
        (data_dir / FILE_NAME).touch()


def _is_news(connection: Connection, left: LeftNumbers) -> bool:
    new, known = left.delivery, delivery_of(connection, left.workspace)
    if new is None or known is None:
        return new is not None and bool(new.events)
    return new.noted_at - known.noted_at >= OLDEST or _told(new) != _told(known)


def _told(delivery: Delivery) -> str:
    """What people are told of, without how many."""
    holds = sorted([one.event, one.kind, one.why] for one in delivery.holds)
    letters = sorted([one.event, one.reason, one.field] for one in delivery.letters)
    return json.dumps([delivery.breaker, sorted([one.event, one.mode] for one in delivery.events), holds, letters])
