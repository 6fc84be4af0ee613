"""What is wrong with a manifest: where, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaign_health.errors import CampaignHealthError


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. Lines and columns count from 1."""

    line: int
    column: int
    message: str
    cure: str


class ManifestError(CampaignHealthError):
    """A manifest that cannot be read; names the file, the line, the column and the cure of each problem."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{file}:{first.line}:{first.column}: {first.message}{more}.", first.cure)
        self.file = file
        self.line = first.line
        self.column = first.column
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Failure:
    """A look-up that failed: what, and how to mend it."""

    message: str
    cure: str = ""
