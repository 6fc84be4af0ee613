"""The warehouse stays open for what follows at once, and is free while a service is asked."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest

from storage.errors import BusyError
from storage.file.database import Warehouse, transaction
from storage.file.held_warehouse import HeldWarehouse
from tests.collecting_cast import Installation


@pytest.fixture
def held(tmp_path: Path) -> HeldWarehouse:
    return HeldWarehouse(Warehouse(tmp_path))


def is_free(held: HeldWarehouse) -> bool:
    try:
        with Warehouse(held.data_dir).open(wait_seconds=0):
            return True
    except BusyError:
        return False


def test_it_stays_open_until_it_is_let_go_of_by_whatever_thread(held: HeldWarehouse) -> None:
    with held.open() as first:
        pass
    assert not is_free(held)
    with held.open() as second, transaction(second):
        assert second is first, "not opened again"
        second.execute("CREATE TABLE kept AS SELECT 1")
    thread = threading.Thread(target=held.let_go)
    thread.start()
    thread.join()
    assert is_free(held)
    with held.open(let_go=True) as third:
        assert third.execute("FROM kept").fetchall() == [(1,)]
    assert is_free(held)
    held.let_go()


def test_it_is_not_let_go_of_while_it_is_used(held: HeldWarehouse) -> None:
    with held.open() as connection:
        held.let_go()
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
        assert not is_free(held)
    held.let_go()
    assert is_free(held)


def test_a_use_that_fails_lets_go_of_it_and_keeps_what_was_whole(held: HeldWarehouse) -> None:
    with held.open() as connection, transaction(connection):
        connection.execute("CREATE TABLE kept AS SELECT 1")
    with pytest.raises(duckdb.Error), held.open() as connection, transaction(connection):
        connection.execute("DELETE FROM kept; FROM nothing_of_that_name")
    assert is_free(held)
    with held.open(let_go=True) as connection:
        assert connection.execute("FROM kept").fetchall() == [(1,)]


def test_whenever_a_service_is_asked_the_warehouse_is_free(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_looks, seen = threading.Lock(), list[bool]()

    def look(*_: object) -> None:
        with one_looks:
            seen.append(is_free(HeldWarehouse(Warehouse(installation.data_dir))))

    monkeypatch.setattr(installation.sandbox, "_pause", look)
    for _ in range(2):
        assert installation.collect().exit_code() == 0
        installation.next_day()
    assert len(seen) > 20
    assert all(seen)
    assert is_free(HeldWarehouse(Warehouse(installation.data_dir)))
