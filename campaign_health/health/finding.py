"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["fine", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do about it.

    Attributes:
        subject: what was looked at, such as "Mixpanel key".
        level: `fine`; `note`: works, but worth knowing; `wrong`: must be mended.
        text: what was found, one sentence.
        cure: what to do; empty where nothing need be done.
        workspace: the workspace it is about, None for the whole installation.
    """

    subject: str
    level: Level
    text: str
    cure: str = ""
    workspace: str | None = None


def fine(subject: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(subject, "fine", text)


def note(subject: str, text: str, cure: str = "") -> Finding:
    """It works, and something is worth knowing."""
    return Finding(subject, "note", text, cure)


def wrong(subject: str, text: str, cure: str) -> Finding:
    """It does not work."""
    return Finding(subject, "wrong", text, cure)
