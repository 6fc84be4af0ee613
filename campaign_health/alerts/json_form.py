"""A digest as JSON values, and back: for programs, for the generic webhook, and for storing what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from campaign_health.alerts.digest import Digest

_ADAPTER = TypeAdapter(Digest)
VERSION = 2


def digest_as_json(digest: Digest) -> dict[str, Any]:
    """The digest as JSON values: dates as ISO 8601, `version` says which shape this is."""
    return {"version": VERSION, **_plain(asdict(digest))}


def digest_from_json(value: Mapping[str, Any]) -> Digest:
    """The digest that `digest_as_json` made.

    Raises:
        pydantic.ValidationError: the value is not such a digest.
    """
    return _ADAPTER.validate_python({name: part for name, part in value.items() if name != "version"})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
