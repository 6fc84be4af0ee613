"""The pages where nothing is collected on this machine: from a shared file, or with a made-up company."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from campaign_health.dashboard.hosted_demo import HostedDemo
from campaign_health.state import shared_file
from storage.file.database import Warehouse, open_published, transaction
from storage.share.destinations import parse_destination
from storage.share.sharing import share
from tests.dashboard_world import NOW

APP = Path(__file__).parents[1] / "app.py"


@pytest.fixture
def folder(tmp_path: Path, dashboard_world: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder without any data, whose pages read what is shared to `team` in it; the world is in `collects`."""
    for name in [name for name in os.environ if name.startswith("CAMPAIGN_HEALTH_")]:
        monkeypatch.delenv(name)
    shutil.copytree(dashboard_world / "data", tmp_path / "collects")
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", NOW.isoformat())
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATABASE", f"file://{tmp_path}/team")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shared_file, "LOOK_EVERY_SECONDS", 0.0)
    st.cache_data.clear()
    yield tmp_path
    st.cache_data.clear()


def drawn(page: str | None = None) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    if page:
        app.switch_page(f"campaign_health/dashboard/pages/{page}_page.py")
        app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    parts = [*app.main.get("html"), *app.title, *app.markdown, *app.error, *app.warning, *app.info, *app.code]
    return "\n".join(str(getattr(part, "value", None) or part.proto.body) for part in parts).replace("\\", "")


def test_the_pages_show_what_another_machine_shares_and_the_next_of_it_and_decide_nothing(folder: Path) -> None:
    assert "there is no campaign_health.duckdb yet" in said(drawn())
    collecting, place = Warehouse(folder / "collects"), parse_destination(f"file://{folder}/team")
    share(collecting.published_path, place)
    app = drawn()
    assert "Project tips" in said(app)
    acts = {"Acknowledge", "Mute", "This is intended", "Our pipeline runs check", "Put this list away"}
    assert not acts & {one.label for one in app.button}

    with collecting.open_and_publish() as connection, transaction(connection):
        connection.execute("UPDATE campaign SET name = 'Tips of tomorrow' WHERE name = 'Project tips'")
    share(collecting.published_path, place)
    assert "Tips of tomorrow" in said(drawn())

    shutil.rmtree(folder / "team")
    text = said(drawn("data"))
    assert f"file://{folder}/team" in text, "what was had is still shown where the place is away"
    assert not (folder / "data" / "shared" / "warehouse.duckdb").exists()


def test_a_shared_file_that_cannot_be_read_takes_no_good_ones_place(folder: Path) -> None:
    share(Warehouse(folder / "collects").published_path, parse_destination(f"file://{folder}/team"))
    assert "Project tips" in said(drawn())
    (folder / "team" / "campaign_health.duckdb").write_bytes(b"half of a file")
    assert "Project tips" in said(drawn())


def test_what_was_had_of_one_address_is_not_shown_as_what_is_at_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(Warehouse(folder / "collects").published_path, parse_destination(f"file://{folder}/team"))
    assert "Project tips" in said(drawn())
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATABASE", f"file://{folder}/other")
    text = said(drawn())
    assert "Project tips" not in text
    assert "there is no campaign_health.duckdb yet" in text


def test_the_data_page_says_where_the_file_is_and_where_it_is_shared(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAMPAIGN_HEALTH_DATABASE")
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(folder / "collects"))
    monkeypatch.setenv("CAMPAIGN_HEALTH_SHARE", "postgresql://ada:s3cret-word@db.example/team")
    app = drawn("data")
    text = said(app)
    assert str(folder / "collects" / "campaign_health.duckdb") in text
    assert "db.example/team" in text
    assert "s3cret" not in text
    assert [one.proto.label for one in app.main.get("download_button")].count("Download the file") == 1


def test_a_demo_beside_the_pages_is_shown_once_it_is_whole_and_not_where_it_failed(dashboard_world: Path) -> None:
    copying = "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2], dirs_exist_ok=True)"
    demo = HostedDemo((sys.executable, "-c", copying, str(dashboard_world / "data")))
    assert (demo.state, demo.folder) == ("not begun", None)
    try:
        demo.begin()
        demo.begin()
        while demo.state == "preparing":
            assert demo.folder is None
            time.sleep(0.05)
        assert demo.state == "ready"
        assert demo.folder is not None
        with open_published(demo.folder) as connection:
            assert connection.execute("SELECT count(*) > 0 FROM campaign").fetchone() == (True,)
    finally:
        demo.end()
    failing = HostedDemo((sys.executable, "-c", "import sys; sys.exit(1)"))
    try:
        failing.begin()
        while failing.state == "preparing":
            time.sleep(0.05)
        assert (failing.state, failing.folder) == ("failed", None)
    finally:
        failing.end()
