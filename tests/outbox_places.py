"""Where a test's outbox is: each test that asks for a `place` runs over both forms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.outbox.connection.outbox_connection import Place, PostgresPlace
from tests.postgres_server import PostgresServer, running_postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """This worker's PostgreSQL."""
    with running_postgres() as found:
        yield found


def place_in(request: pytest.FixtureRequest, form: str, folder: Path) -> Place:
    """An empty place of a form, `sqlite` or `postgres`; the folder is its data directory."""
    if form == "sqlite":
        return folder
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return PostgresPlace(folder, server.database())


@pytest.fixture
def postgres_place(postgres_server: PostgresServer, tmp_path: Path) -> PostgresPlace:
    """An empty database of PostgreSQL."""
    return PostgresPlace(tmp_path, postgres_server.database())


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place for the route's data, in both forms one after the other."""
    return place_in(request, request.param, tmp_path)


def lose_all(place: PostgresPlace) -> None:
    """End all sessions of the database but this one."""
    import psycopg

    with psycopg.connect(place.url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
