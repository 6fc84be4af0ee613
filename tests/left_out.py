"""What a quick run leaves out: the tests marked `slow`, and some examples of costly laws; its last line says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import settings

QUICK = "quick"
"""The Hypothesis profile of a quick run (`--hypothesis-profile`)."""
settings.register_profile(QUICK, derandomize=True)

_slow: Counter[str] = Counter()
_tried_less: list[int] = []


def examples(enough: int, quick: int) -> int:
    """How many examples a costly law is tried on: `enough` in a whole run, `quick` in a quick one."""
    if settings.get_current_profile_name() != QUICK:
        return enough
    _tried_less.append(enough - quick)
    return quick


def left_out(slow: Counter[str], laws: int) -> str:
    """`Left out: 2 slow tests (2 kills) and examples of 1 law. ...`; empty where nothing was.

    `slow` counts the tests by what they are, as their marks say; `laws` were tried on fewer examples.
    """
    parts = []
    if slow:
        kinds = ", ".join(f"{count} {kind}" for kind, count in slow.most_common())
        parts.append(f"{slow.total()} slow test{'s' * (slow.total() != 1)} ({kinds})")
    if laws:
        parts.append(f"some examples of {laws} law{'s' * (laws != 1)}")
    return f"Left out: {' and '.join(parts)}. `make test-all` runs everything." if parts else ""


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        if mark := item.get_closest_marker("slow"):
            _slow[mark.args[0]] += 1


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = (dict(_slow), len(_tried_less))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Each worker collects, and leaves out, all of them: one of the two knows."""
    slow, laws = getattr(node, "workeroutput", {}).get("left_out", ({}, 0))
    _slow.update({kind: count for kind, count in slow.items() if kind not in _slow})
    _tried_less[:] = [0] * laws


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    text = left_out(_slow, len(_tried_less))
    if text and not hasattr(config, "workeroutput"):
        print(text, flush=True)
