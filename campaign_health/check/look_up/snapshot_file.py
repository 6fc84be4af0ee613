"""A small file in place of a published database, for pipelines that have neither a key nor the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from campaign_health.check.git_tree import CouldNotCheck
from campaign_health.check.look_up.published_facts import PublishedFacts

VERSION = 1
MOST_BYTES = 20_000_000
_CURE = "Write it with `campaign-health export`, or name a published campaign_health.duckdb."


@dataclass(frozen=True)
class _Snapshot:
    campaign_health_snapshot: int
    exported: date
    facts: PublishedFacts


_SHAPE = TypeAdapter(_Snapshot)


def write_snapshot(facts: PublishedFacts, today: date) -> str:
    """The facts as JSON, an entry a line, so that a new export shows in a diff what changed."""
    data = _SHAPE.dump_python(_Snapshot(VERSION, today, facts), mode="json", exclude_defaults=True)
    for campaign in data["facts"]["campaigns"]:
        for names in ("required", "optional"):
            campaign.get(names, []).sort()
    return _lines(data, depth=3) + "\n"


def is_snapshot(file: Path) -> bool:
    """Whether a file begins as JSON does; a database does not."""
    try:
        with file.open("rb") as opened:
            return opened.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    except OSError:
        return False


def read_snapshot(file: Path, workspace: str | None) -> tuple[PublishedFacts, date]:
    """What was exported, and on which day.

    Raises:
        CouldNotCheck: it is no snapshot, of another version, or of another workspace.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise CouldNotCheck(f"{file} is larger than {MOST_BYTES // 1_000_000} MB.", _CURE)
        found = _SHAPE.validate_json(content)
    except OSError as error:
        raise CouldNotCheck(f"{file} cannot be read: {error.strerror}.", "Name another file.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "its beginning"
        raise CouldNotCheck(f"{file} is no snapshot that can be read: {first['msg']} at {where}.", _CURE) from error
    if found.campaign_health_snapshot != VERSION:
        raise CouldNotCheck(f"{file} is a snapshot of version {found.campaign_health_snapshot}.", _CURE)
    if workspace is not None and workspace != found.facts.workspace:
        raise CouldNotCheck(
            f"{file} has no workspace {workspace!r}.", f"Name this one with --workspace: {found.facts.workspace}."
        )
    return found.facts, found.exported


def _lines(data: Any, depth: int, indent: str = "") -> str:
    """JSON with a line for each entry down to a depth."""
    if depth == 0 or not data or not isinstance(data, dict | list):
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    inner = indent + " "
    if isinstance(data, list):
        entries = [_lines(value, depth - 1, inner) for value in data]
        begin, end = "[", "]"
    else:
        entries = [
            f"{json.dumps(key, ensure_ascii=False)}: {_lines(value, depth - 1, inner)}" for key, value in data.items()
        ]
        begin, end = "{", "}"
    return begin + "\n" + ",\n".join(inner + entry for entry in entries) + f"\n{indent}{end}"
