"""Bits flip on a disk. The last good copy is never replaced by a damaged one, and every damage is told."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.errors import CorruptFileError, StorageError
from storage.file.all_tables import all_tables
from storage.file.database import Warehouse, open_published, transaction
from storage.file.instances import opened
from tests.storage_cast import save_a_run

CAMPAIGNS = 8
SEED = 20261128


def run(warehouse: Warehouse, number: int) -> None:
    with warehouse.open() as connection, transaction(connection):
        save_a_run(connection, number, campaigns=CAMPAIGNS)


def content(path: Path) -> dict[str, object]:
    """All rows of all tables but the file's own, as one number a table."""
    with opened(path, "published", read_only=True) as connection:
        return {
            name: connection.execute(f"SELECT count(*), bit_xor(hash(t)) FROM {name} t").fetchone()
            for name in all_tables(connection, but=("publication",))
        }


def flip(path: Path, instants: random.Random) -> int:
    """Turn one bit of the file over; returns its byte."""
    offset, bit = instants.randrange(path.stat().st_size), instants.randrange(8)
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1 << bit]))
    return offset


def failure_of(work: Callable[[], None]) -> StorageError | None:
    try:
        work()
    except StorageError as failure:
        return failure
    return None


class World:
    """A data directory with two publications, put back before each flip."""

    def __init__(self, directory: Path) -> None:
        self.warehouse = Warehouse(directory)
        for number in (1, 2):
            run(self.warehouse, number)
            self.warehouse.publish()
        self.good = content(self.warehouse.published_path)
        self.older = content(self.warehouse.previous_path)
        self._files = {path: path.read_bytes() for path in (
            self.warehouse.path, self.warehouse.published_path, self.warehouse.previous_path)}  # fmt: skip

    def mend(self) -> None:
        for path in self.warehouse.data_dir.iterdir():
            path.unlink()
        for path, kept in self._files.items():
            path.write_bytes(kept)

    def flip_the_warehouse_and_publish(self, instants: random.Random) -> str:
        flip(self.warehouse.path, instants)
        before = self.warehouse.published_path.read_bytes()
        if failure := failure_of(self.warehouse.publish):
            assert str(self.warehouse.path) in failure.message
            assert failure.cure
            assert self.warehouse.published_path.read_bytes() == before
            return "told"
        # It was nowhere that is read: what was published is what was there.
        assert content(self.warehouse.published_path) == self.good
        assert content(self.warehouse.previous_path) == self.good
        return "harmless"

    def flip_the_warehouse_and_go_on(self, instants: random.Random) -> str:
        flip(self.warehouse.path, instants)
        if failure := failure_of(lambda: run(self.warehouse, 3)) or failure_of(self.warehouse.publish):
            assert str(self.warehouse.path) in failure.message
            assert content(self.warehouse.published_path) == self.good
            return "told"
        assert content(self.warehouse.previous_path) == self.good
        with open_published(self.warehouse.data_dir) as connection:
            assert connection.execute("SELECT DISTINCT events FROM event_day").fetchall() == [(3,)]
        return "harmless"

    def flip_the_copy_and_publish(self, instants: random.Random, told: pytest.LogCaptureFixture) -> str:
        flip(self.warehouse.published_path, instants)
        told.clear()
        self.warehouse.publish()
        assert content(self.warehouse.published_path) == self.good
        if "was damaged" in told.text:
            assert content(self.warehouse.previous_path) == self.older
            return "told"
        assert content(self.warehouse.previous_path) == self.good
        return "harmless"

    def flip_the_copy_and_lose_the_warehouse(self, instants: random.Random, told: pytest.LogCaptureFixture) -> str:
        flip(self.warehouse.published_path, instants)
        self.warehouse.path.unlink()
        told.clear()
        self.warehouse.publish()
        if "is damaged" in told.text:
            assert content(self.warehouse.published_path) == self.older
            return "told"
        assert "was missing" in told.text
        assert content(self.warehouse.published_path) == self.good
        return "harmless"


def _told(outcomes: list[tuple[int, str]]) -> set[int]:
    return {stage for stage, outcome in outcomes if outcome == "told"}


@pytest.mark.parametrize("flips", [12, pytest.param(120, marks=pytest.mark.slow("bit flips"))])
def test_single_flips_over_warehouse_and_published_file(
    tmp_path: Path, flips: int, caplog: pytest.LogCaptureFixture
) -> None:
    world, instants = World(tmp_path), random.Random(SEED)
    stages = (
        world.flip_the_warehouse_and_publish,
        world.flip_the_warehouse_and_go_on,
        lambda random: world.flip_the_copy_and_publish(random, caplog),
        lambda random: world.flip_the_copy_and_lose_the_warehouse(random, caplog),
    )
    outcomes: list[tuple[int, str]] = []
    with caplog.at_level(logging.WARNING):
        # Few flips may all land where nothing is read, as the file happens to be laid out: then some more are tried.
        while len(outcomes) < flips or (len(_told(outcomes)) < len(stages) and len(outcomes) < 5 * flips):
            stage = len(outcomes) % len(stages)
            world.mend()
            outcomes.append((stage, stages[stage](instants)))
    counted = {one: outcomes.count(one) for one in sorted(set(outcomes))}
    assert _told(outcomes) == set(range(len(stages))), counted


@pytest.mark.slow("bit flips")
def test_a_flip_in_each_of_the_published_files_blocks_is_never_kept_as_the_older_generation(tmp_path: Path) -> None:
    world = World(tmp_path)
    warehouse = world.warehouse
    told = 0
    for offset in range(64, warehouse.published_path.stat().st_size, 262_144):
        world.mend()
        with warehouse.published_path.open("r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 1]))
        try:
            content(warehouse.published_path)
        except Exception:
            told += 1
        warehouse.publish()
        assert content(warehouse.published_path) == world.good
        assert content(warehouse.previous_path) in (world.good, world.older)
    assert told


@pytest.mark.slow("bit flips")
def test_damage_is_an_error_with_its_cure(tmp_path: Path) -> None:
    world = World(tmp_path)
    size = world.warehouse.path.stat().st_size
    with world.warehouse.path.open("r+b") as file:
        for offset in range(16_384, size, 65_536):
            file.seek(offset)
            file.write(b"\xff" * 64)
    with pytest.raises(CorruptFileError) as raised:
        world.warehouse.publish()
    assert "campaign-health restore FILE" in raised.value.cure
