"""Sharing to a folder as to an object store: what is put there again, what stays, what is swept; and addresses."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlsplit

import duckdb
import obstore
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import from_url

from campaign_health.cli.share import command
from campaign_health.schedule.share_published import share_published
from campaign_health.settings import load_settings
from storage.errors import StorageError
from storage.file.database import PUBLISHED_NAME, Warehouse
from storage.share.attached_share import AttachedShare
from storage.share.destinations import ShareError, parse_destination
from storage.share.object_share import ObjectShare, folder_of
from storage.share.shared_tables import text_in_sql
from storage.share.sharing import forget, share
from tests.sharing_machine import ROWS, publish


def manifest(store: Any, workspace: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(bytes(obstore.get(store, f"workspaces/{workspace}/latest.json").bytes()))
    except FileNotFoundError:
        return {}
    return found


def paths(store: Any, prefix: str) -> set[str]:
    return {one["path"] for part in obstore.list(store, prefix=prefix) for one in part}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    found = Warehouse(tmp_path_factory.mktemp("share_world"))
    publish(found, "acme")
    return found


def test_what_has_not_changed_is_not_put_there_again_and_what_is_replaced_stays_a_day(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    place = parse_destination(f"file://{tmp_path}/a folder")
    share(warehouse.published_path, place)
    store = from_url(f"file://{tmp_path}/a folder")
    first = manifest(store, "acme")
    leftover = tmp_path / "a folder" / "workspaces" / "acme" / "1-dead" / "event_day.parquet"
    leftover.parent.mkdir()
    leftover.write_bytes(b"of one that was killed")

    number = publish(warehouse, "acme")
    share(warehouse.published_path, place)
    second = manifest(store, "acme")
    assert second["publication"] == number
    changed = {name for name, one in second["tables"].items() if one != first["tables"][name]}
    assert changed == {"event_day", "event_vs_campaign", "campaign_day", "publication"} & changed
    assert {"event_day", "campaign_day", "publication"} <= changed
    assert first["tables"]["event_day"]["path"] in paths(store, "workspaces/acme"), "somebody may be reading it"

    two_days = time.time() - 2 * 86400
    for file in (tmp_path / "a folder").rglob("*.parquet"):
        os.utime(file, (two_days, two_days))
    third_day = json.loads((tmp_path / "a folder" / "workspaces" / "acme" / "latest.json").read_text())
    third_day["retired"] = dict.fromkeys(third_day["retired"], "2026-01-01T00:00:00+00:00")
    (tmp_path / "a folder" / "workspaces" / "acme" / "latest.json").write_text(json.dumps(third_day))
    publish(warehouse, "acme")
    share(warehouse.published_path, place)
    third = manifest(store, "acme")
    held = {one["path"] for one in third["tables"].values()} | {one["path"] for one in second["tables"].values()}
    assert paths(store, "workspaces/acme") == held | {"workspaces/acme/latest.json"}, "swept: the dead and the old"


def test_a_file_that_is_fetched_is_the_published_one_and_is_fetched_once(warehouse: Warehouse, tmp_path: Path) -> None:
    place = parse_destination(f"file://{tmp_path}/shared")
    there, file = ObjectShare(place), tmp_path / "had.duckdb"
    with pytest.raises(ShareError, match="there is no campaign_health"):
        there.fetch(file, None)
    share(warehouse.published_path, place)
    tag = there.fetch(file, None)
    assert file.read_bytes() == warehouse.published_path.read_bytes()
    assert there.fetch(file, tag) is None
    forget(place, "acme")
    assert not [one for one in (tmp_path / "shared").rglob("*") if one.is_file()]


def test_one_place_that_is_away_keeps_nothing_from_the_others_and_it_is_kept_how_it_went(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "in the way").write_text("a file where a folder should be")
    environment = {
        "CAMPAIGN_HEALTH_DATA_DIR": str(warehouse.data_dir),
        "CAMPAIGN_HEALTH_SHARE": f"file://{tmp_path}/in%20the%20way/x file://{tmp_path}/shared",
    }
    settings = load_settings(environment, tmp_path)
    report = share_published(settings, datetime(2026, 11, 23, 7, tzinfo=UTC))
    away, there = report.places
    assert report.is_news
    assert not share_published(settings, datetime(2026, 11, 23, 8, tzinfo=UTC)).is_news
    assert list(away.result.troubles) == ["acme"]
    assert there.result.rows["acme"] >= 2 * ROWS
    with warehouse.read() as connection:
        rows = connection.execute("SELECT outcome, error FROM collection WHERE source = 'share'").fetchall()
    outcome, error = rows[-1]
    assert outcome == "partial"
    assert "in%20the%20way" in error
    assert (tmp_path / "shared" / PUBLISHED_NAME).exists()


class _Looking(BaseHTTPRequestHandler):
    """A store that refuses, and looks first what is kept of the addresses before it."""

    look: ClassVar[Callable[[], object]]
    seen: ClassVar[list[object]] = []

    def do_PUT(self) -> None:
        self.seen.append(type(self).look())
        self.send_error(403)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def test_what_came_of_an_address_is_kept_before_the_next_one_is_tried(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def newest() -> object:
        with warehouse.read() as connection:
            return connection.execute(
                "SELECT outcome, error FROM collection WHERE source = 'share' ORDER BY started_at DESC LIMIT 1"
            ).fetchone()

    _Looking.look = staticmethod(newest)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Looking)
    Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {"ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}", "ACCESS_KEY_ID": "key",
                        "SECRET_ACCESS_KEY": "secret"}.items():  # fmt: skip
        monkeypatch.setenv(f"AWS_{name}", value)
    environment = {
        "CAMPAIGN_HEALTH_DATA_DIR": str(warehouse.data_dir),
        "CAMPAIGN_HEALTH_SHARE": f"file://{tmp_path}/shared s3://team/away",
    }
    try:
        report = share_published(load_settings(environment, tmp_path), datetime(2026, 11, 24, 7, tzinfo=UTC))
    finally:
        server.shutdown()
        server.server_close()
    assert _Looking.seen[0] == ("partial", "s3://team/away: sharing to it has not ended.")
    assert list(report.places[1].result.troubles) == ["acme"]
    outcome, error = newest()  # type: ignore[misc]
    assert outcome == "partial"
    assert "not ended" not in error


def test_a_file_with_other_workspaces_is_not_put_where_only_some_are_shared(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "data")
    publish(warehouse, "acme")
    publish(warehouse, "birch")
    told = CliRunner().invoke(command, ["--workspace", "birch"], env={
        "CAMPAIGN_HEALTH_DATA_DIR": str(warehouse.data_dir), "CAMPAIGN_HEALTH_SHARE": f"file://{tmp_path}/shared",
    })  # fmt: skip
    assert told.exit_code == 0
    assert "The file itself was not put" in " ".join(told.stdout.split())
    assert not (tmp_path / "shared" / PUBLISHED_NAME).exists()
    assert [one.name for one in (tmp_path / "shared" / "workspaces").iterdir()] == ["birch"]
    place = parse_destination(f"file://{tmp_path}/shared")
    assert not share(warehouse.published_path, place, ["acme", "birch"]).without_file
    assert (tmp_path / "shared" / PUBLISHED_NAME).exists()


@given(st.text(min_size=1), st.text(min_size=1))
def test_every_workspace_has_a_folder_of_its_own_in_the_store(one: str, other: str) -> None:
    for name in (one, other):
        *above, last = folder_of(name).split("/")
        assert above == ["workspaces"]
        assert last.strip(".")
    assert (folder_of(one) == folder_of(other)) == (one == other)


@pytest.mark.parametrize(
    "address",
    ["s3:/team", "http://s3cret-word/x", "mysql://a:s3cret-word@b/c", "ducklake:postgresql://a:s3cret-word@b/c",
     "postgresql://a:s3cret-word@b/c?schema=a;drop", "s3cret-word", "ducklake:s3://team/x", "postgresql://[s3cret-word"],
)  # fmt: skip
def test_an_address_that_cannot_be_one_is_refused_without_being_shown(address: str) -> None:
    with pytest.raises(StorageError) as refused:
        parse_destination(address)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgresql", "ducklake:postgresql", "ducklake:postgres:postgresql", "s3"])
@pytest.mark.parametrize("password", ["1/s3cret", "s3cret/1", "1#s3cret", "1?s3cret", "s3cret?a=1", "s3cret@1"])
def test_a_password_that_ends_the_host_too_early_is_refused_and_not_shown(scheme: str, password: str) -> None:
    with pytest.raises(ShareError) as refused:
        parse_destination(f"{scheme}://ada:{password}@db.example/team?data_path=s3://team/lake")
    assert "%2F" in str(refused.value)
    assert not [word for word in ("s3cret", "ada", "example") if word in str(refused.value)]
    good = parse_destination(f"postgresql://ada:{quote(password, safe='')}@db.example/team")
    assert good.shown == "postgresql://db.example/team"


def test_what_a_database_says_of_its_address_is_told_without_user_and_password() -> None:
    place = parse_destination("postgresql://ada:s3cret%2F1@db.example/team?password=s3cret-two")
    with duckdb.connect() as connection:
        there = AttachedShare(connection, place)
        for said in (place.url, "postgresql://ada:s3cr@et/2@db", "password s3cret/1 is wrong", "and s3cret-two"):
            connection.execute("CREATE OR REPLACE MACRO told() AS error(" + text_in_sql(said) + ")")
            with pytest.raises(ShareError) as failure:
                there._run("SELECT told()")
            assert not [word for word in ("s3cr", "ada") if word in str(failure.value)]


def test_nobody_waits_for_ever_for_a_database_unless_its_address_says_so() -> None:
    def options(address: str) -> dict[str, list[str]]:
        url = parse_destination(address).url
        assert "+" not in url, "libpq reads it as itself"
        return parse_qs(urlsplit(url).query, keep_blank_values=True)

    waits = options("postgresql://db.example/team")
    assert waits["options"] == ["-c lock_timeout=30s -c statement_timeout=600s"]
    assert (waits["connect_timeout"], waits["keepalives_idle"]) == (["10"], ["30"])
    own = options("postgresql://db.example/team?options=&keepalives_idle=5&application_name=a+b")
    assert (own["options"], own["keepalives_idle"], own["application_name"]) == ([""], ["5"], ["a+b"])


def test_an_address_is_shown_without_its_password_and_it_is_redacted_everywhere(tmp_path: Path) -> None:
    address = "ducklake:postgresql://ada:s3cret-word@db.example/team?schema=watch&data_path=s3://team/lake"
    place = parse_destination(address)
    assert (place.shown, place.schema, place.data_path) == (
        "ducklake:postgresql://db.example/team", "watch", "s3://team/lake",
    )  # fmt: skip
    assert "schema" not in place.url
    settings = load_settings({"CAMPAIGN_HEALTH_SHARE": f"file:///x {address}"}, tmp_path)
    assert {"s3cret-word", address} <= set(settings.secrets())
    assert "s3cret" not in repr(settings)
