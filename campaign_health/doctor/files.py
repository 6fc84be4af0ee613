"""Looks at the data directory, its two files, and the files that hold secrets."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from campaign_health.health.disk_room import MEGABYTE, disk_room
from campaign_health.health.finding import Finding, fine, note, wrong
from campaign_health.process.run_lock import SCHEDULE, holder_of
from storage.errors import BusyError, NoPublishedFileError, StorageError
from storage.file.database import Warehouse, open_published
from storage.file.private_files import make_private_directory
from storage.file.whole_copy import is_readable, read_whole
from storage.read.collected import newest_instant
from storage.read.workspaces import listed_campaigns

COMFORTABLE_FREE = 1024 * MEGABYTE


def examine_files(data_dir: Path, settings_files: Iterable[Path]) -> Iterator[Finding]:
    """Findings on the data directory `data_dir` and on the settings files there are."""
    writable = _directory(data_dir)
    yield writable
    if writable.level != "wrong":
        yield _disk(data_dir)
        yield _warehouse(data_dir)
        yield _published(data_dir)
        yield _schedule(data_dir)
    for path in settings_files:
        if path.exists():
            yield _secrets_file(path)


def _directory(data_dir: Path) -> Finding:
    subject = "Data directory"
    try:
        make_private_directory(data_dir)
        with tempfile.TemporaryFile(dir=data_dir):
            pass
    except OSError as failure:
        return wrong(
            subject,
            f"{data_dir} cannot be written: {failure.strerror or failure}.",
            "Choose a directory that this user may write with CAMPAIGN_HEALTH_DATA_DIR, or mend its permissions.",
        )
    return fine(subject, f"{data_dir} can be written.")


def _disk(data_dir: Path) -> Finding:
    subject = "Disk"
    room = disk_room(data_dir)
    text = f"{room.free / MEGABYTE:,.0f} MB are free."
    if room.free < room.needed:
        return wrong(subject, text, f"Make room: publishing needs {room.needed / MEGABYTE:,.0f} MB.")
    if room.free < COMFORTABLE_FREE:
        return note(subject, text, "Make room before it runs out.")
    return fine(subject, text)


def _warehouse(data_dir: Path) -> Finding:
    subject = "Warehouse"
    warehouse = Warehouse(data_dir)
    if not warehouse.path.exists():
        if warehouse.published_path.exists():
            copy = warehouse.published_path.name
            return note(subject, f"{warehouse.path.name} is missing.", f"The next run restores it from {copy}.")
        return note(subject, "Nothing was collected yet.", "Run `campaign-health collect`.")
    try:
        with warehouse.read(wait_seconds=5.0) as connection:
            newest = newest_instant(connection)
    except BusyError as busy:
        return note(subject, busy.message, "Look again when it is done.")
    except StorageError as failure:
        return wrong(subject, failure.message, failure.cure)
    told = f"the newest collection ended {newest:%Y-%m-%d %H:%M} UTC" if newest else "nothing was collected yet"
    return fine(subject, f"{warehouse.path.name} can be read; {told}.")


def _published(data_dir: Path) -> Finding:
    subject = "Published file"
    try:
        with open_published(data_dir) as connection:
            listed_campaigns(connection)
            read_whole(connection)
        previous = Warehouse(data_dir).previous_path
        is_good = not previous.exists() or is_readable(previous)
    except NoPublishedFileError:
        return note(subject, "Nothing was published yet.", "Run `campaign-health collect`.")
    except StorageError as failure:
        return wrong(subject, failure.message, failure.cure)
    if not is_good:
        return note(subject, f"{previous} is damaged.", "Look at the disk. The next publication takes its place.")
    return fine(subject, f"{Warehouse(data_dir).published_path.name} can be read whole.")


def _schedule(data_dir: Path) -> Finding:
    subject = "Scheduler"
    holder = holder_of(data_dir, SCHEDULE)
    if holder is None:
        return note(
            subject,
            "No scheduler is running on this data directory.",
            "Start one with `campaign-health up` (with the dashboard) or `campaign-health run`.",
        )
    return fine(subject, f"Process {holder.get('pid')} on {holder.get('host')} runs since {holder.get('since')}.")


def _secrets_file(path: Path) -> Finding:
    subject = path.name
    try:
        mode = path.stat().st_mode
    except OSError as failure:
        return wrong(subject, f"{path} cannot be looked at: {failure.strerror}.", "Mend its permissions.")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return note(subject, f"{path} may be read by others and can hold secrets.", f"chmod 600 {path}")
    return fine(subject, f"{path} may be read by its owner only.")
