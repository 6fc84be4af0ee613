"""Shares what was published to where else the team looks, and keeps how that went; it never holds a morning."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign_health.settings import Settings
from storage.errors import StorageError
from storage.file.database import Warehouse, transaction
from storage.read.last_outcome import newest_outcome
from storage.records import CollectionRecord
from storage.save.runs import save_collection
from storage.share.destinations import Destination, parse_destination
from storage.share.sharing import Shared, share, what_is_shared


@dataclass(frozen=True)
class SharedTo:
    """What came of one address; `shown` is the address without its password, `began` and `ended` are in UTC."""

    shown: str
    result: Shared
    began: datetime
    ended: datetime


@dataclass(frozen=True)
class SharingReport:
    """What came of every address; `is_news` where it fails now and did not before, or the other way round."""

    places: tuple[SharedTo, ...]
    is_news: bool


def destinations(settings: Settings) -> list[Destination]:
    """Where what is published is shared to, in the order of the setting."""
    return [parse_destination(one.get_secret_value()) for one in settings.share]


def share_published(settings: Settings, now: datetime, only: Sequence[str] = ()) -> SharingReport:
    """Shares the published file to every address, or of it `only` the workspaces named, and keeps how that went.

    What fails at one address, or of one workspace, stops no other; the next round tries it again.

    Raises:
        StorageError: nothing is published, or the data directory cannot be used.
    """
    warehouse, places = Warehouse(settings.data_dir), destinations(settings)
    names = list(what_is_shared(warehouse.published_path, only))
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    done, moment, before = list[SharedTo](), now, dict[str, str]()
    if places and names:
        with warehouse.read() as connection:
            before = {name: newest_outcome(connection, name, "share") or "complete" for name in names}
    is_news = False
    for number, one in enumerate(places, start=1):
        begun = time.monotonic()
        try:
            result = share(warehouse.published_path, one, only)
        except StorageError as failure:
            result = Shared(troubles=dict.fromkeys(names, failure))
        ended = moment + timedelta(seconds=time.monotonic() - begun)
        done.append(SharedTo(one.shown, result, moment, ended))
        moment = ended
        # After each: whoever is killed at the next one has kept what came of this one.
        records = [_record(run_id, name, done, places[number:]) for name in names]
        is_news = any(record.outcome != before[record.workspace] for record in records)
        if records:
            with warehouse.open() as connection, transaction(connection):
                for record in records:
                    save_collection(connection, record)
    return SharingReport(tuple(done), is_news)


def _record(run_id: str, workspace: str, done: Sequence[SharedTo], waiting: Sequence[Destination]) -> CollectionRecord:
    troubles = [str(one.result.troubles[workspace]) for one in done if workspace in one.result.troubles]
    troubles += [f"{one.shown}: sharing to it has not ended." for one in waiting]
    outcome = "complete" if not troubles else "failed" if len(troubles) == len(done) + len(waiting) else "partial"
    return CollectionRecord(
        run_id=run_id,
        workspace=workspace,
        source="share",
        started_at=done[0].began,
        ended_at=done[-1].ended,
        outcome=outcome,  # type: ignore[arg-type]
        first_day=None,
        last_day=None,
        requests=0,
        rows=sum(one.result.rows.get(workspace, 0) for one in done),
        error=" ".join(troubles) or None,
    )
