"""Writes that are committed together: a disk that was full is found to have room again, though nobody writes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from storage.outbox.group_commit import CannotWrite, GroupCommit
from tests.full_disk import full_disk

PATIENCE_SECONDS = 30.0


@pytest.mark.slow("route")
def test_it_can_write_again_once_the_disk_has_room_though_nobody_writes_meanwhile(tmp_path: Path) -> None:
    outbox = GroupCommit(tmp_path)
    outbox.start()
    try:
        with full_disk(), pytest.raises(CannotWrite):
            outbox.submit(
                lambda connection: connection.execute("INSERT INTO recovered_person VALUES ('a', 1, x'00', 'r')")
            ).result(PATIENCE_SECONDS)
        assert not outbox.can_write
        ends = time.monotonic() + PATIENCE_SECONDS
        while not outbox.can_write and time.monotonic() < ends:
            time.sleep(0.1)
        assert outbox.can_write
    finally:
        outbox.close()
