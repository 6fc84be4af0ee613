"""The route's data in PostgreSQL: one key for all machines, what is lost is told, and nobody's password is shown."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from campaign_health.cli.main import main
from storage.errors import StorageError
from storage.outbox.connection.outbox_connection import DatabaseAway, PostgresPlace, committed
from storage.outbox.events.event_queue import known_of, receive
from storage.outbox.events.event_tally import numbers
from storage.outbox.group_commit import CannotWrite, GroupCommit
from storage.outbox.route_file import PersonHash, open_route_file
from tests.outbox_places import lose_all
from tests.postgres_server import PostgresServer, running_postgres
from tests.test_lanes_courier import EVENT, queued
from tests.waiting import until


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that no other test has."""
    with running_postgres() as found:
        yield found


def test_all_machines_know_people_by_the_first_ones_key(postgres_place: PostgresPlace, tmp_path: Path) -> None:
    first = PersonHash(postgres_place)
    other = replace(postgres_place, data_dir=tmp_path / "other")
    with pytest.raises(StorageError, match=r"route\.key is gone"):
        PersonHash(other)
    (other.data_dir / "route.key").write_bytes(b"k" * 32)
    with pytest.raises(StorageError, match="is another key than"), open_route_file(other):
        pass
    shutil.copy(tmp_path / "route.key", other.data_dir / "route.key")
    with open_route_file(other):
        pass
    assert PersonHash(other)("default", "ada") == first("default", "ada")


def test_a_database_that_is_new_while_the_key_is_there_is_told(
    postgres_place: PostgresPlace, postgres_server: PostgresServer
) -> None:
    PersonHash(postgres_place)
    emptied = replace(postgres_place, url=postgres_server.database())
    with pytest.raises(StorageError, match="not known any more"), open_route_file(emptied):
        pass


def test_a_newer_versions_tables_are_left_alone(postgres_place: PostgresPlace) -> None:
    with open_route_file(postgres_place):
        pass
    with psycopg.connect(postgres_place.url) as connection:
        connection.execute("UPDATE route_version SET version = 1000")
    with pytest.raises(StorageError, match="newer version"), open_route_file(postgres_place):
        pass


def test_two_that_begin_at_once_make_the_tables_once(postgres_place: PostgresPlace) -> None:
    outboxes = [GroupCommit(postgres_place) for _ in range(4)]
    for one in outboxes:
        one._thread.start()
    for one in outboxes:
        one._opened.result()
        one.close()
    with open_route_file(postgres_place) as connection:
        assert numbers(connection) == {}


@pytest.mark.parametrize(
    "url", ["postgresql//ada:hidden@db/x", "host=db password=hidden port", "postgresql://a:hidden@[x"]
)
def test_an_address_that_cannot_be_read_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    place = PostgresPlace(tmp_path, url)
    with pytest.raises(StorageError) as failure, open_route_file(place):
        pass
    assert "hidden" not in failure.value.message + str(failure.value.cure) + repr(place)


def test_without_its_library_it_is_said_what_to_install(
    postgres_place: PostgresPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "storage.outbox.connection.postgres_connection")
    with pytest.raises(StorageError) as failure, open_route_file(postgres_place):
        pass
    assert "route-postgres" in str(failure.value.cure)


def test_a_sign_that_postgresql_cannot_hold_refuses_no_event(postgres_place: PostgresPlace) -> None:
    event = queued(1, "a\0da")
    with open_route_file(postgres_place) as connection:
        with committed(connection):
            assert receive(connection, event)
        assert known_of(connection, event.key) is not None


def test_a_transaction_whose_connection_is_lost_is_not_gone_on_with_on_another(postgres_place: PostgresPlace) -> None:
    with open_route_file(postgres_place) as connection:
        with pytest.raises(DatabaseAway), committed(connection):  # noqa: PT012
            receive(connection, queued(1, "ada"))
            lose_all(postgres_place)
            with pytest.raises(DatabaseAway):
                receive(connection, queued(2, "ada"))
            receive(connection, queued(3, "ada"))
        assert numbers(connection) == {}
        with committed(connection):
            receive(connection, queued(4, "ada"))
        assert numbers(connection)["default", EVENT]["received"] == 1


def test_nothing_is_taken_while_the_server_is_down_and_all_of_it_once_it_is_back(
    own_server: PostgresServer, tmp_path: Path
) -> None:
    place = PostgresPlace(tmp_path, own_server.database())
    outbox = GroupCommit(place)
    outbox.start()
    outbox.submit(lambda connection: receive(connection, queued(1, "ada"))).result()
    own_server.control("stop", "-m", "immediate")
    with pytest.raises(CannotWrite):
        outbox.submit(lambda connection: receive(connection, queued(2, "ada"))).result()
    assert not outbox.can_write
    own_server.start()
    until(lambda: outbox.can_write)
    for number in (2, 1):
        outbox.submit(lambda connection, number=number: receive(connection, queued(number, "ada"))).result()
    outbox.close()
    with open_route_file(place) as connection:
        assert numbers(connection)["default", EVENT]["received"] == 2


def test_commits_are_on_the_disk_whatever_the_servers_default(postgres_place: PostgresPlace) -> None:
    with psycopg.connect(postgres_place.url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET synchronous_commit = off")
    with open_route_file(postgres_place) as found:
        assert found.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_command_says_that_the_database_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMPAIGN_HEALTH_ROUTE_DATABASE_URL", "postgresql://ada:hidden@127.0.0.1:1/x")
    monkeypatch.setattr(sys, "argv", ["campaign-health", "route", "dead"])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert "The route's database cannot be used now" in said
    assert "hidden" not in said
