"""The manifest's JSON Schema, so that editors complete and check it while it is written.

`python -m campaign_health.manifest.json_schema` writes `manifest.schema.json` beside this module.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from campaign_health.manifest.schema import Manifest

SCHEMA_FILE = Path(__file__).with_name("manifest.schema.json")
_MAY_BE_EMPTY = (
    *("events", "properties", "campaigns", "triggered", "renames", "waivers", "code", "calls"),
    *("uses", "segments", "include", "exclude", "route", "profile", "derived", "person", "attributes"),
)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a manifest; also allows what YAML makes of an empty value."""
    schema = Manifest.model_json_schema(by_alias=True)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "campaign-health manifest"}
    for definition in (schema, *schema["$defs"].values()):
        definition["patternProperties"] = {"^x-": {}}
        for name in _MAY_BE_EMPTY:
            _allow_empty(definition.get("properties", {}), name)
    for named in (schema["properties"]["events"], schema["$defs"]["EventEntry"]["properties"]["properties"]):
        for pattern in named["patternProperties"]:
            _allow_empty(named["patternProperties"], pattern)
    return schema


def _allow_empty(parent: dict[str, Any], name: str) -> None:
    part = parent.get(name)
    if not part:
        return
    if "$ref" in part:
        parent[name] = {"anyOf": [part, {"type": "null"}]}
    elif isinstance(part.get("type"), str):
        part["type"] = [part["type"], "null"]


def schema_text() -> str:
    """The schema as it stands in the published file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
