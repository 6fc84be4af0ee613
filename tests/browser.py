"""A real Streamlit server on a data directory of the test's choosing, and a real headless Chromium to look at it.

Each worker has one server and one browser for all its tests (see conftest.py): a test has the server show a folder of
its own with `Dashboard.showing`, and opens a tab for itself. Whoever needs another server says why.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

APP = Path(__file__).parents[1] / "app.py"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root in a container, and without its own calls home.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
REQUIRED = "REQUIRE_BROWSER"
# Patience for a machine that is busy with other tests; an idle one needs a tenth of it.
PATIENCE_MS = 60_000
VIEWPORT: ViewportSize = {"width": 1440, "height": 900}


def browser_path() -> str:
    """Where Chromium is; skips the test with a reason where there is none, or fails where one is required."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found:
        return found
    reason = "no Chromium on this machine: the pages are not looked at (Debian: apt-get install chromium)"
    if os.environ.get(REQUIRED):
        pytest.fail(f"{reason}; {REQUIRED} is set")
    pytest.skip(reason)


@dataclass(frozen=True)
class Dashboard:
    """A running dashboard: its address, the folder whose data it shows, its process and what it prints."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]
    log_path: Path
    printed_before: int = 0

    @property
    def log(self) -> str:
        """What the server has printed since it shows this folder."""
        return self.log_path.read_bytes()[self.printed_before :].decode(errors="replace")

    def showing(self, folder: Path) -> Dashboard:
        """The same server with the `data` and the manifest of another folder: it reads its own as links to them."""
        for name in ("data", "manifest.yaml"):
            link = self.log_path.with_name(name)
            link.unlink(missing_ok=True)
            link.symlink_to(folder / name)
        return replace(self, folder=folder, printed_before=self.log_path.stat().st_size)


@contextmanager
def running_dashboard(
    folder: Path, port: int | None = None, address: str = "127.0.0.1", after: tuple[str, ...] = (), **environment: str
) -> Iterator[Dashboard]:
    """Runs the dashboard in `folder`, which holds `data/` and may hold settings, until the block ends."""
    port = port or free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith(("CAMPAIGN_HEALTH_", "SLACK_"))}
    log_path = folder / "streamlit.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port),
             "--server.address", address, "--server.headless", "true", *after],
            cwd=folder, env={**own, **environment}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_until_up(url, process, folder)
            yield Dashboard(url, folder, process, log_path)
        finally:
            process.terminate()
            process.wait(timeout=60)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = browser_path()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def new_window(browser: Browser) -> BrowserContext:
    """A window in a session of its own: it knows no cookie of another's, and has Streamlit's scripts to load first."""
    window = browser.new_context(viewport=VIEWPORT, reduced_motion="reduce")
    window.set_default_timeout(PATIENCE_MS)
    return window


def visit(page: Page, dashboard: Dashboard, path: str = "") -> Page:
    """Opens a page of the dashboard and waits until it is drawn."""
    page.goto(f"{dashboard.url}/{path}")
    return settled(page)


def text_of(page: Page) -> str:
    """The visible text of the page's own part."""
    return page.inner_text("[data-testid=stMain]")


def settled(page: Page) -> Page:
    """Waits until Streamlit has drawn the whole page, and checks that no error stands on it."""
    page.wait_for_selector("[data-testid=stApp]", timeout=PATIENCE_MS)
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid=stApp]');
            const main = document.querySelector('[data-testid=stMain]');
            const busy = !app || !main || ['running', 'initial'].includes(app.dataset.testScriptState)
                || document.querySelector('[data-testid=stSkeleton]') || main.innerText.trim().length < 20
                || main.querySelector('[data-stale=true]');
            const now = Date.now();
            if (busy) window.quietSince = null; else window.quietSince ??= now;
            return window.quietSince && now - window.quietSince > 200;
        }""",
        timeout=PATIENCE_MS,
    )
    assert not page.query_selector("[data-testid=stException]"), page.inner_text("[data-testid=stException]")
    return page


def _wait_until_up(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the dashboard did not start:\n{(folder / 'streamlit.log').read_text()}")
