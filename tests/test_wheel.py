"""The wheel, installed outside the checkout into an empty environment, is the whole product."""

from __future__ import annotations

import ast
import re
import signal
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from campaign_health.dashboard.look.theme import DARK, LIGHT
from campaign_health.manifest.json_schema import json_schema
from tests.browser import free_port, new_window, settled, text_of
from tests.check_corpus import build_repository
from tests.installed_cast import ROOT, Installed, copy_of_the_checkout

pytestmark = pytest.mark.slow("installs")

PACKAGES = ("campaign_health/", "collectors/", "storage/")
BESIDE = ("app.py", ".streamlit/", "docs/")
SAID = re.compile(r"campaign-health docs ([a-z][a-z-]*)")


def test_the_wheel_has_every_file_of_the_packages_and_what_lies_beside_them(wheel: Path, tmp_path: Path) -> None:
    source = copy_of_the_checkout(tmp_path)
    wanted = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in wanted if name.startswith(PACKAGES)} - names == set()
    end = f"{wheel.name.removesuffix('-py3-none-any.whl')}.data/data/share/campaign-health/"
    beside = {name for name in wanted if name.startswith(BESIDE) and not name.startswith("docs/images/")}
    assert beside >= {"app.py", ".streamlit/config.toml", "docs/check.md"}
    assert {name for name in beside if end + name not in names} == set()
    # Beside everybody's packages, such names would be somebody else's.
    assert names & {"app.py", "tests/__init__.py", "docs/check.md", ".streamlit/config.toml"} == set()


def test_every_page_of_the_guide_that_a_message_names_can_be_read(in_full: Installed, tmp_path: Path) -> None:
    sources = [path for room in PACKAGES for path in (ROOT / room).rglob("*.py")]
    named = {page for path in sources for page in SAID.findall(path.read_text(encoding="utf-8"))}
    assert {"settings", "sign-in", "manifest", "manifest-schema"} <= named
    for page in named:
        done = in_full.run(tmp_path, "docs", page)
        assert (done.returncode, len(done.stdout) > 500) == (0, True), (page, done.stderr)
    assert json_schema()["title"] in in_full.run(tmp_path, "docs", "manifest-schema").stdout


def test_no_message_names_a_file_that_only_the_checkout_has() -> None:
    found = []
    for path in (path for room in PACKAGES for path in (ROOT / room).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        found += [
            f"{path.relative_to(ROOT)}:{text.lineno}"
            for text in texts
            if id(text) not in explained and re.search(r"docs/[a-z-]+\.md", text.value)
        ]
    # The one command that reads them.
    assert [one.partition(":")[0] for one in found] == ["campaign_health/cli/docs.py"]


def test_the_gate_stops_a_rename(in_full: Installed, tmp_path: Path) -> None:
    manifest = b"version: 1\nevents: {begun: {}}\ncampaigns: [{name: Welcome, event: begun}]\n"
    before = {"manifest.yaml": manifest, "a.js": b'track("begun");\n'}
    folder = build_repository(tmp_path / "code", before, {"a.js": b'track("started");\n'})
    done = in_full.run(folder, "check", "--code", ".", "--base", "main")
    assert done.returncode == 1, done.stderr
    assert "stops “Welcome”" in done.stdout


@pytest.fixture(scope="module")
def demo(in_full: Installed, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the demo left its data, and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    done = in_full.run(folder, "demo", "--no-dashboard", "--data-dir", "data")
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_the_demo_shows_what_is_broken(demo: tuple[Path, str]) -> None:
    assert "Project kick-off tips" in demo[1]
    assert "Event renamed" in demo[1]


@contextmanager
def served(installed: Installed, folder: Path) -> Iterator[str]:
    """The dashboard of that environment, as its command starts it."""
    port = free_port()
    with (folder / "dashboard.log").open("wb") as log:
        process = subprocess.Popen(
            [str(installed.bin / "campaign-health"), "dashboard", "--port", str(port)],
            cwd=folder, env=installed.environment(folder), stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            assert healthy(url), (folder / "dashboard.log").read_text()
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def healthy(url: str) -> bool:
    """Whether the server answers within a minute that it is well."""
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                return bool(answer.read() == b"ok")
        except OSError:
            time.sleep(0.5)
    return False


def background(page: Page) -> str:
    """The colour behind the page, as `#RRGGBB`."""
    colour = page.eval_on_selector("[data-testid=stApp]", "one => getComputedStyle(one).backgroundColor")
    return "#" + "".join(f"{int(part):02X}" for part in re.findall(r"\d+", colour)[:3])


@pytest.mark.browser
def test_the_dashboard_is_served_in_its_own_look_and_asks_no_other_host(
    in_full: Installed, demo: tuple[Path, str], browser: Browser
) -> None:
    asked: list[str] = []
    window = new_window(browser)
    page = window.new_page()
    page.on("request", lambda request: asked.append(request.url))
    with served(in_full, demo[0]) as url:
        page.goto(url)
        settled(page)
        assert "Project kick-off tips" in text_of(page)
        page.wait_for_load_state("networkidle")
        assert background(page) == LIGHT.background
        page.emulate_media(color_scheme="dark")
        page.reload()
        settled(page)
        assert background(page) == DARK.background
        page.locator("a[data-testid=stPageLink-NavLink][href*=campaign]").first.click()
        page.wait_for_url("**/campaign?*")
        for path in ("campaign", "events", "coverage", "report", "data", "help"):
            page.goto(f"{url}/{path}")
            settled(page)
        window.close()
    assert asked
    assert [one for one in asked if not one.startswith((url, "data:", "blob:"))] == []
