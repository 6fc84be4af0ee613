"""What came of judging one workspace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how much of it is done, and how much there is (None: not known)."""


@dataclass(frozen=True)
class JudgeSummary:
    """What was judged. `as_of` is None where nothing is stored; `resumed_from` the day whose memory was used.
    `problem`: what could not be read, and what to do."""

    workspace: str
    as_of: date | None = None
    resumed_from: date | None = None
    campaigns: int = 0
    verdicts_written: int = 0
    open_incidents: int = 0
    opened: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    status_counts: Mapping[str, int] = field(default_factory=dict)
    problem: str | None = None
