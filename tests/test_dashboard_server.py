"""How the dashboard is started: whom it is not served to, and that its pages show no tracebacks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from campaign_health.dashboard.streamlit_server import streamlit_arguments
from campaign_health.errors import CouldNotStart, SettingsError
from campaign_health.settings import SignInSettings, load_settings
from tests.browser import Dashboard, free_port, running_dashboard, text_of, visit

AUTH = '[auth]\nclient_id = "x"\n'
ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without secrets, so that the machine's own play no part."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return tmp_path


def settings_of(folder: Path, **environment: str) -> SignInSettings:
    return load_settings(environment, folder).sign_in


def arguments(address: str, settings: SignInSettings, *, allow_anyone: bool = False) -> list[str]:
    return streamlit_arguments(free_port(), address, settings, open_browser=False, allow_anyone=allow_anyone)


def write_secrets(folder: Path) -> Path:
    path = folder / ".streamlit" / "secrets.toml"
    path.parent.mkdir(parents=True)
    path.write_text(AUTH)
    return path


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.5.5.5"])
def test_on_this_computer_nobody_has_to_sign_in(address: str, tmp_path: Path) -> None:
    assert f"--server.address={address}" in arguments(address, settings_of(tmp_path))


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_others_are_not_served_without_sign_in(address: str, tmp_path: Path) -> None:
    with pytest.raises(CouldNotStart) as refused:
        arguments(address, settings_of(tmp_path))
    assert address in refused.value.message
    assert "--allow-anyone" in refused.value.cure


def test_others_are_served_with_sign_in_or_where_it_is_said_that_anyone_may(tmp_path: Path) -> None:
    assert arguments("0.0.0.0", settings_of(tmp_path), allow_anyone=True)[-2:] == ["--", "--allow-anyone"]
    write_secrets(tmp_path)
    assert "--allow-anyone" not in arguments("0.0.0.0", settings_of(tmp_path))


def test_sign_in_is_found_from_any_folder_by_the_name_of_its_file(tmp_path: Path) -> None:
    path = write_secrets(tmp_path / "installation")
    other = tmp_path / "other"
    other.mkdir()
    settings = settings_of(other, CAMPAIGN_HEALTH_SECRETS_FILE=str(path))
    assert settings.enabled
    assert f"--secrets.files={path}" in arguments("0.0.0.0", settings)


def test_sign_in_in_the_home_folder_counts(tmp_path: Path) -> None:
    write_secrets(tmp_path / "home")
    assert arguments("0.0.0.0", settings_of(tmp_path))


def test_a_named_file_of_secrets_that_is_missing_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        settings_of(tmp_path, CAMPAIGN_HEALTH_SECRETS_FILE=str(tmp_path / "gone.toml"))


def test_whoever_lists_people_is_not_served_without_sign_in_even_on_this_computer(tmp_path: Path) -> None:
    with pytest.raises(CouldNotStart, match=r"\[auth\]"):
        arguments("127.0.0.1", settings_of(tmp_path, CAMPAIGN_HEALTH_ALLOWED="@example.org"))


@pytest.mark.slow("pages in the browser")
@pytest.mark.parametrize("command", ["dashboard", "up", "demo"])
def test_every_command_that_serves_refuses_to_before_it_does_anything(command: str, tmp_path: Path) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("CAMPAIGN_HEALTH_")}
    done = subprocess.run(
        [sys.executable, "-m", "campaign_health", command, "--address", "0.0.0.0", "--port", str(free_port())],
        cwd=tmp_path, env={**own, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "--allow-anyone" in done.stderr
    assert "Dashboard:" not in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.slow("pages in the browser")
@pytest.mark.browser
def test_a_page_started_without_the_command_shows_nothing_to_others(page: Page, tmp_path: Path) -> None:
    """`streamlit run app.py` listens on every address of its own accord."""
    with running_dashboard(tmp_path, address="0.0.0.0") as dashboard:
        visit(page, dashboard)
        assert "sign-in is off" in text_of(page)
        assert page.get_by_role("link", name="Overview").count() == 0


@pytest.mark.slow("pages in the browser")
@pytest.mark.browser
def test_a_page_is_shown_to_others_where_it_is_said_that_anyone_may_look(page: Page, tmp_path: Path) -> None:
    after = tuple(arguments("0.0.0.0", settings_of(tmp_path), allow_anyone=True)[-2:])
    with running_dashboard(tmp_path, address="0.0.0.0", after=after) as dashboard:
        visit(page, dashboard)
        expect(page.get_by_role("link", name="Overview").first).to_be_visible()
        assert "sign-in is off" not in text_of(page)


@pytest.mark.browser
def test_the_browser_asks_no_other_host_for_anything(page: Page, server: Dashboard, tmp_path: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    dashboard = server.showing(tmp_path)
    visit(page, dashboard)
    icon = page.locator("link[rel*=icon]").first
    expect(icon).to_have_attribute("href", re.compile("^data:image/svg"))
    page.wait_for_load_state("networkidle")
    assert asked
    foreign = [url for url in asked if not url.startswith((dashboard.url, "data:", "blob:"))]
    assert foreign == []


def test_pages_never_show_a_traceback_wherever_it_is_started_from(tmp_path: Path) -> None:
    assert "--client.showErrorDetails=none" in arguments("127.0.0.1", settings_of(tmp_path))
