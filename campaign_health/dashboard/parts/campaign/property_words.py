"""A changed property in people's words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from campaign_health.words.property_types import type_words


def property_text(change: Mapping[Hashable, Any]) -> str:
    """A changed property (a row of `property_change`) in words."""
    name = change["property"]
    if change["kind"] == "type_changed":
        return f"Property {name} was {type_words(str(change['before']))} and is {type_words(str(change['after']))}"
    if isinstance(change["new_property"], str):
        return f"Property {name} gave way to {change['new_property']}"
    return f"Property {name} is missing"


def property_detail(change: Mapping[Hashable, Any]) -> str:
    """The same in Mixpanel's own spellings, for engineers."""
    return f"{change['property']}: {_spelt(change['before'])} → {_spelt(change['after'])}"


def _spelt(kind: object) -> str:
    return kind if isinstance(kind, str) else "missing"
