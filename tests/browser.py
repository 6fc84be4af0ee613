"""A real Streamlit server on a data directory of the test's choosing, and a real headless Chromium to look at it."""

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
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

APP = Path(__file__).parents[1] / "app.py"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root in a container, and without its own calls home.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
REQUIRED = "CAMPAIGN_HEALTH_REQUIRE_BROWSER"


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
    """A running dashboard: its address, its folder and its process."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]


@contextmanager
def running_dashboard(folder: Path, **environment: str) -> Iterator[Dashboard]:
    """Runs the dashboard in `folder`, which holds `data/` and may hold settings, until the block ends."""
    port = free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith(("CAMPAIGN_HEALTH_", "SLACK_"))}
    with (folder / "streamlit.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port)],
            cwd=folder, env={**own, **environment}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_until_up(url, process, folder)
            yield Dashboard(url, folder, process)
        finally:
            process.terminate()
            process.wait(timeout=10)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = browser_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def settled(page: Page) -> Page:
    """Waits until Streamlit has drawn the whole page, and checks that no error stands on it."""
    page.wait_for_selector("[data-testid=stApp]", timeout=20_000)
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid=stApp]');
            const main = document.querySelector('[data-testid=stMain]');
            return app && app.dataset.testScriptState !== 'running' && app.dataset.testScriptState !== 'initial'
                && !document.querySelector('[data-testid=stSkeleton]') && main && main.innerText.trim().length > 20;
        }""",
        timeout=20_000,
    )
    page.wait_for_timeout(150)
    assert not page.query_selector("[data-testid=stException]"), page.inner_text("[data-testid=stException]")
    return page


def _wait_until_up(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 30
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
