"""A digest as JSON values, and back: for programs, for the generic webhook, and for storing what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.words.currency import currency_if_said
from campaign_health.words.source_names import source_name

_ADAPTER = TypeAdapter(Digest)
VERSION = 2


def digest_as_json(digest: Digest) -> dict[str, Any]:
    """The digest as JSON values: dates as ISO 8601, `version` says which shape this is.

    `stale`, and `others` of a section, are there where there are any, `never_otherwise`, `fixed_link` and `handling` of
    an item where there is anything to say.
    """
    values = _plain(asdict(digest))
    for part, name in ((values, "stale"), *((section, "others") for section in values["sections"])):
        if not part[name]:
            del part[name]
    for item in (item for section in values["sections"] for item in section["items"]):
        for name in ("never_otherwise", "fixed_link", "handling", "customerio_link", "mixpanel_link", "amplitude_link"):
            if not item[name]:
                del item[name]
    return {"version": VERSION, **values}


def digest_from_json(value: Mapping[str, Any]) -> Digest:
    """The digest that `digest_as_json` made, in this version or an earlier one.

    Raises:
        pydantic.ValidationError: the value is not such a digest.
    """
    parts = {name: part for name, part in value.items() if name != "version"}
    if value.get("version") == 1:
        parts["sections"] = [_section_of_version_1(section) for section in parts.get("sections", ())]
    return _ADAPTER.validate_python(parts)


def _section_of_version_1(section: Mapping[str, Any]) -> dict[str, Any]:
    return {**section, "failures": [_failure_of_version_1(failure) for failure in section.get("failures", ())]}


def _failure_of_version_1(failure: Mapping[str, Any]) -> dict[str, Any]:
    """It named one source, and no title."""
    parts = dict(failure)
    source = parts.pop("source")
    return {**parts, "sources": (source,), "title": source_name(source)}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in currency_if_said(value).items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
