"""What is said of one setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["program", "workspace"]


@dataclass(frozen=True)
class Setting:
    """One setting. `program` settings hold for the whole installation, `workspace` settings for one workspace."""

    name: str
    meaning: str
    default: str = ""
    secret: bool = False
    scope: Scope = "workspace"
    choices: tuple[str, ...] = ()
