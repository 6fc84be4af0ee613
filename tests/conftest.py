"""Fixtures that several files of tests share; the casts themselves are in modules of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page

from campaign_health.logs.log_setup import write_for_people, writes_log_lines
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.sandbox.slack.slack_service import SlackSandbox, running_slack
from campaign_health.sandbox.world.csv_world import csv_world
from campaign_health.sandbox.world.world import World
from storage.file.database import Warehouse
from tests.browser import VIEWPORT, Dashboard, new_window, running_browser, running_dashboard
from tests.collecting_cast import BIKE_CSV, Install, Installation, cast_world
from tests.dashboard_world import NOW, build_dashboard_world
from tests.digest_sending_cast import running_receiver
from tests.digest_warehouse import warehouse_in
from tests.installed_cast import Installed, build_wheel, install_wheel, wheel_in
from tests.judge_cast import World as JudgedWorld
from tests.partial_worlds import Worlds, running_worlds
from tests.recovery_cast import build_company, company
from tests.sandbox_cast import small_world
from tests.shared_worlds import built_once
from tests.status_world import make_status_world
from tests.storage_cast import warehouse_in as warehouse_begun_in

pytest_plugins = ["tests.left_out", "tests.outbox_places"]

# Pages that are drawn without a server, from any folder, are those of this computer: others ask for sign-in.
os.environ.setdefault("STREAMLIT_SERVER_ADDRESS", "127.0.0.1")

# A change is judged on the same examples every time; HYPOTHESIS_EXPLORE=1 looks for new ones.
settings.register_profile("steady", derandomize=True)
if not os.environ.get("HYPOTHESIS_EXPLORE"):
    settings.load_profile("steady")


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """Makes installations: `install(world, **settings)`, each with a sandbox and a data directory of its own."""
    with ExitStack() as running:
        made: list[Installation] = []

        def make(world: World | None = None, limits: Limits | None = None, **extra: str) -> Installation:
            sandbox = running.enter_context(running_sandbox(world or cast_world(), limits=limits or Limits.unlimited()))
            data_dir = tmp_path / f"data{len(made)}"
            warehouse_begun_in(data_dir)
            made.append(Installation(sandbox, data_dir, {"MIXPANEL_QUERIES_PER_HOUR": "1000", **extra}))
            return made[-1]

        yield make


@pytest.fixture
def installation(install: Install) -> Installation:
    """The cast's installation."""
    return install()


@pytest.fixture(scope="session")
def collected_bikes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Real daily numbers collected once; to be read only. Its sandbox still runs."""
    directory = tmp_path_factory.mktemp("bikes")
    with running_sandbox(csv_world(BIKE_CSV, "America/New_York"), limits=Limits.unlimited()) as sandbox:
        made = Installation(sandbox, directory, {"MIXPANEL_QUERIES_PER_HOUR": "1000"})
        assert made.collect().exit_code() == 0
        yield made


@pytest.fixture(scope="session")
def silent_company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A company whose event was renamed nine days ago, collected and judged once; to be copied."""
    with running_sandbox(company(), limits=Limits.unlimited()) as sandbox:
        yield build_company(tmp_path_factory.mktemp("silent"), sandbox)


@pytest.fixture(scope="session")
def status_world(tmp_path_factory: pytest.TempPathFactory) -> JudgedWorld:
    """Four campaigns, two of them broken, collected and judged once; to be read only."""
    return make_status_world(tmp_path_factory.mktemp("status"))


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    """One sandbox of a small world for all tests of a module."""
    with running_sandbox(small_world(), limits=Limits.unlimited()) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox of a small world, without faults, and nothing asked yet."""
    shared_sandbox.mend()
    shared_sandbox.forget_requests()
    yield shared_sandbox
    shared_sandbox.mend()


@pytest.fixture(scope="session")
def dashboard_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose `data` holds the published file of the pages' tests; to be read only."""
    return built_once(tmp_path_factory, "dashboard", lambda folder: build_dashboard_world(folder / "data"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """This worker's Chromium."""
    with running_browser() as found:
        yield found


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Page:
    """The one tab of this worker: a page is drawn in half the time where Streamlit's scripts were loaded before."""
    return new_window(browser).new_page()


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """The tab, in light colours, of a desk's size, and with nobody signed in."""
    tab.set_viewport_size(VIEWPORT)
    tab.emulate_media(color_scheme="light")
    tab.context.clear_cookies()
    yield tab
    tab.goto("about:blank")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The one dashboard of this worker, on the morning of the pages' world; `showing` says what it shows."""
    with running_dashboard(tmp_path_factory.mktemp("server"), CAMPAIGN_HEALTH_NOW=NOW.isoformat()) as found:
        yield found


@pytest.fixture
def slack() -> Iterator[SlackSandbox]:
    """A stand-in Slack."""
    with running_slack() as service:
        yield service


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """Three healthy campaigns of which nothing was announced yet."""
    return warehouse_in(tmp_path)


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A webhook's receiver, and what came to it."""
    with running_receiver() as found:
        yield found


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of what is in git."""
    return wheel_in(built_once(tmp_path_factory, "wheel", build_wheel))


@pytest.fixture(scope="session")
def gate_only(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment with the wheel alone, as a pipeline installs it."""
    return Installed(built_once(tmp_path_factory, "gate", lambda folder: install_wheel(wheel, folder)))


@pytest.fixture(scope="session")
def in_full(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment with everything, sign-in too."""
    return Installed(built_once(tmp_path_factory, "full", lambda folder: install_wheel(wheel, folder, "sign-in")))


@pytest.fixture(autouse=True)
def for_people() -> Iterator[None]:
    """A command that a test ran as a service leaves this process writing log lines; the next test begins without."""
    yield
    if writes_log_lines():
        write_for_people()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Offices with a part of an answer missing, and one that always had all."""
    with running_worlds(tmp_path_factory.mktemp("partial")) as running:
        yield running
