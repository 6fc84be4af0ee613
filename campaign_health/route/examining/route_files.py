"""Looks at the route's file and its key: whether they can be read, by their owner alone, and belong together."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from campaign_health.health.finding import Finding, fine, note, wrong
from storage.errors import StorageError
from storage.outbox.route_file import FILE_NAME, KEY_NAME, knows_key, reading_route_file

SUBJECT = "Route's file"


def examine_route_files(data_dir: Path, *, is_expected: bool) -> Iterator[Finding]:
    """Findings on what the route keeps in the data directory; whether it `is_expected` to be there."""
    path, key = data_dir / FILE_NAME, data_dir / KEY_NAME
    if not os.access(data_dir, os.X_OK):
        return  # the finding on the data directory says it
    if not path.exists():
        if key.exists():
            yield wrong(SUBJECT, f"{path} is gone, and {KEY_NAME} is there.", "Put it back from a copy.")
        elif is_expected:
            yield note(SUBJECT, "There is none yet.", "`campaign-health route serve` makes it.")
        return
    open_ones = [one for one in (path, key) if one.exists() and one.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    for one in open_ones:
        yield wrong(SUBJECT, f"{one} may be read by others, and has people in it or tells them.", f"chmod 600 {one}")
    try:
        with reading_route_file(data_dir) as connection:
            lost_key = not key.exists() and knows_key(connection)
    except StorageError as failure:
        yield wrong(SUBJECT, failure.message, failure.cure)
        return
    if lost_key:
        yield wrong(SUBJECT, f"{key} is gone, and {path.name} knows people by it.", "Put it back from a copy.")
    elif not open_ones:
        yield fine(SUBJECT, f"{path.name} can be read, by its owner alone; its key is the one that it knows people by.")
