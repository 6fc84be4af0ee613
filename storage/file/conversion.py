"""The border between Python values and DuckDB columns."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any


def stored_instant(instant: datetime | None) -> datetime | None:
    """An aware instant as the naive UTC that TIMESTAMP columns hold. A naive one is a bug: ValueError."""
    if instant is None:
        return None
    if instant.tzinfo is None:
        raise ValueError(f"An instant without a time zone cannot be stored: {instant.isoformat()}")
    return instant.astimezone(UTC).replace(tzinfo=None)


def read_instant(stored: datetime | None) -> datetime | None:
    """The aware UTC instant of a TIMESTAMP column's value."""
    return None if stored is None else stored.replace(tzinfo=UTC)


def stored_text(text: str) -> str:
    """The text itself; half characters that no database can hold become the replacement character."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def stored_json(value: Any) -> str:
    """JSON text with sorted keys, the same for the same content."""
    return stored_text(json.dumps(value, ensure_ascii=False, sort_keys=True, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    return str(value)
