"""For `make test-lowest` and `make test-newest`: says what a run is on, and fails it if a library was never imported.

A pytest plugin: `python -m pytest -p tests.every_library`.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable
from importlib.metadata import packages_distributions, requires, version

import pytest

_imported: set[str] = set()  # modules that the workers imported, where there are workers


def libraries() -> list[str]:
    """What the project declares to need, by name."""
    lines = [re.sub(r"[\"']", "", line) for line in requires("campaign-health") or []]
    needed = [line for line in lines if "extra ==" not in line or line.endswith("extra == monitor")]
    return sorted(re.split(r"[^\w.-]", line)[0] for line in needed)


def never_imported(modules: Iterable[str]) -> list[str]:
    """The declared libraries of which none of their modules is among these."""
    having = packages_distributions()
    imported = {_plain(name) for module in set(modules) & having.keys() for name in having[module]}
    return [library for library in libraries() if _plain(library) not in imported]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pytest_report_header() -> list[str]:
    """The interpreter and the release of every declared library."""
    return [
        f"on Python {platform.python_version()} ({sys.executable})",
        f"with {', '.join(f'{name} {version(name)}' for name in libraries())}",
    ]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take over what a worker imported."""
    _imported.update(getattr(node, "workeroutput", {}).get("imported", ()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over what this worker imported, or fail the run by what none did."""
    here = {name.partition(".")[0] for name in sys.modules}
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["imported"] = sorted(here)
        return
    missing = never_imported(_imported or here)
    if missing and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\nNo test of this run imports {', '.join(missing)}: choose one that does.", file=sys.stderr)
