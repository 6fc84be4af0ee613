"""Reads a manifest, and says of every mistake where it stands and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from campaign_health.manifest.problems import ManifestError, Problem
from campaign_health.manifest.routed import SPEC_TAGS
from campaign_health.manifest.schema import Manifest
from campaign_health.manifest.yaml_tree import YamlTree, read_yaml
from campaign_health.words.visible import visible

DEFAULT_NAME = "manifest.yaml"


@dataclass(frozen=True)
class ReadManifest:
    """A manifest, its text, and where each of its entries stands."""

    manifest: Manifest
    text: str
    file: str
    tree: YamlTree

    def line(self, *path: str | int) -> int:
        """The line (from 1) of an entry, such as `("campaigns", 3, "event")`, or of what is around it."""
        return self.tree.place(path).line

    def event_line(self, name: str) -> int | None:
        """The line of an event's entry; None if it has none."""
        key = next((key for key in self.manifest.events if key.strip() == name.strip()), None)
        return None if key is None else self.line("events", key)

    def entry_line(self, name: str) -> int:
        """The line that speaks of an event: its own entry, else a campaign's or a rename's, else the first."""
        found = self.event_line(name)
        if found is not None:
            return found
        for index, campaign in enumerate(self.manifest.campaigns):
            if campaign.event is not None and campaign.event.strip() == name.strip():
                return self.line("campaigns", index, "event")
        for index, triggered in enumerate(self.manifest.triggered):
            if triggered.event.strip() == name.strip():
                return self.line("triggered", index, "event")
        for index, rename in enumerate(self.manifest.renames):
            if name.strip() in (rename.old.strip(), rename.new.strip()):
                return self.line("renames", index)
        return 1


def read_manifest(path: Path | str) -> Manifest:
    """The manifest in a file.

    Raises:
        ManifestError: the file cannot be read, or is no manifest; with file, line, column and cure.
    """
    return read_manifest_file(path).manifest


def read_manifest_file(path: Path | str) -> ReadManifest:
    """The manifest in a file, with the places of its entries. Raises `ManifestError` as `read_manifest` does."""
    file = str(path)
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError as error:
        cure = "Write one with `campaign-health init`, or name yours with CAMPAIGN_HEALTH_MANIFEST (check: --manifest)."
        raise ManifestError(file, [Problem(1, 1, "there is no such file", cure)]) from error
    except OSError as error:
        cure = "Name the file, not its folder." if isinstance(error, IsADirectoryError) else "Make it readable."
        raise ManifestError(file, [Problem(1, 1, f"cannot be read: {error.strerror}", cure)]) from error
    return parse_manifest(content, file)


def parse_manifest(content: bytes | str, file: str = DEFAULT_NAME) -> ReadManifest:
    """The manifest in a text; `file` is how errors name it. Raises `ManifestError`."""
    text = content if isinstance(content, str) else _decode(content, file)
    tree = read_yaml(text, file)
    if tree.value is None:
        raise ManifestError(file, [Problem(1, 1, "the manifest is empty", "Write one with `campaign-health init`.")])
    if not isinstance(tree.value, dict):
        raise ManifestError(
            file, [Problem(1, 1, "a manifest is a mapping of keys", "Begin it with `version: 1` and `events:`.")]
        )
    try:
        manifest = Manifest.model_validate(tree.value)
    except ValidationError as error:
        raise ManifestError(file, _problems(error, tree)) from error
    return ReadManifest(manifest, text, file, tree)


def _decode(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise ManifestError(file, [Problem(line, column, "not UTF-8", "Save the file in UTF-8.")]) from error


def _problems(error: ValidationError, tree: YamlTree) -> list[Problem]:
    found = []
    for detail in error.errors(include_url=False):
        loc = _path_in_file(detail["loc"])
        context = detail.get("ctx") or {}
        place = tree.place(loc or ((context["part"],) if "part" in context else ()))
        message, cure = _say(detail, loc)
        found.append(Problem(place.line, place.column, _of_campaign(loc, tree.value) + message, cure))
    return sorted(found, key=lambda problem: (problem.line, problem.column))


def _of_campaign(loc: tuple[str | int, ...], manifest: Any) -> str:
    """Whose entry it is, for those who do not count campaigns: `Upgrade offer: `; empty where it has no name."""
    if len(loc) < 2 or loc[0] != "campaigns" or not isinstance(loc[1], int):
        return ""
    entry = manifest["campaigns"][loc[1]]
    name = entry.get("name") if isinstance(entry, dict) else None
    return f"{visible(name, 60)}: " if isinstance(name, str) and name.strip() else ""


def _path_in_file(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    # Pydantic adds marks of its own to the path: `[key]`, and the names of a union's members.
    return tuple(part for part in loc if part not in ("[key]", "int", "constrained-str") and part not in SPEC_TAGS)


def _say(detail: Mapping[str, Any], loc: tuple[str | int, ...]) -> tuple[str, str]:
    """What is wrong, and the cure."""
    kind, given, context = detail["type"], detail.get("input"), detail.get("ctx") or {}
    where = _spell(loc)
    key = str(loc[-1]) if loc else ""
    if kind == "extra_forbidden":
        known = _keys_around(loc)
        near = difflib.get_close_matches(key, known, n=1)
        cure = f"Did you mean `{near[0]}`?" if near else f"Known here: {', '.join(known)}. Your own keys begin with x-."
        return f"`{key}` is not a key of the manifest at {_spell(loc[:-1])}", cure
    if kind == "missing":
        example = {"version": "version: 1", "from": "from: old_name", "to": "to: new_name"}.get(key, f"{key}: …")
        return f"`{key}` is missing at {_spell(loc[:-1])}", f"Add `{example}`."
    if kind == "literal_error":
        allowed = str(context.get("expected", "")).replace(" or ", ", ")
        return f"{where} is {_show(given)}", f"Use one of: {allowed}." if "," in allowed else f"Write {allowed}."
    if kind == "string_type":
        return f"{where} is {_show(given)}, not text", f"Write it in quotes: \"{given}\"." if isinstance(
            given, (int, float)
        ) else "Write a text."  # fmt: skip
    if kind == "string_pattern_mismatch" and loc == ("currency",):
        return f"{where} is {_show(given)}", "Write the three capital letters of its ISO 4217 code, such as EUR."
    if kind in ("string_too_short", "string_pattern_mismatch"):
        return f"{where} is empty", "Give it a name, or remove it."
    if kind == "too_short":
        return f"{where} is empty", "Name at least one."
    if kind == "string_too_long":
        return f"{where} is too long", f"Keep it under {context.get('max_length')} characters."
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        inner = "{type: string}" if "properties" in loc else "keys and values, indented by two more spaces"
        return f"{where} is {_show(given)}, not a mapping", f"Write {inner}."
    if kind in ("tuple_type", "list_type"):
        return (
            f"{where} is {_show(given)}, not a list",
            f"Write it as a list: [{given if isinstance(given, str) else '…'}].",
        )
    if kind == "bool_type":
        return f"{where} is {_show(given)}", "Write true or false."
    if kind in ("float_type", "int_type", "finite_number"):
        return (
            f"{where} is {_show(given)}, not a number",
            "Write a plain number, like 1200 or 0.1, without sign or quotes.",
        )
    if kind in ("greater_than_equal", "less_than_equal"):
        ends = "at least" if kind.startswith("greater") else "at most"
        limit = context.get("ge", context.get("le"))
        rate = " Ten percent is 0.1." if key == "conversion_rate" else ""
        return f"{where} is {_show(given)}", f"It must be {ends} {limit}.{rate}"
    if kind.startswith("date"):
        return f"{where} is {_show(given)}, not a day", "Write it like 2026-12-01."
    said = f"{where}: {detail['msg']}" if loc else detail["msg"]
    return said, _OWN_CURES.get(kind, "`campaign-health docs manifest` shows the shape.")


_OWN_CURES = {
    "no_length": "Write it like `7 days` or `24 hours`.",
    "no_length_or_ever": "Write it like `7 days`, or `ever`.",
    "no_condition": "Write `at least 3`, a value, or a list of values.",
    "no_plain_value": "Write a text, a number, true or false.",
    "no_attribute": "Write a property's name, or one of `value`, `constant`, `first_of`, `count` and `stripe`.",
    "count_not_last": "Put the count last, and leave `stripe` out.",
    "no_time_of_day": 'Write it in quotes, like "06:00".',
    "no_share": 'Write it in quotes, like "10 %".',
    "no_experiment_days": "Write it like `7 days`.",
    "experiment_without_event": "Give the campaign its `event`, or take `experiment` out.",
    "experiment_too_short": "Give the campaign a `relevant_for` of a day or more, or take `experiment` out.",
    "two_experiments": "Keep one of them: people wait with the event, and so with all campaigns on it.",
    "reserved_attribute": "Give it another name: `recipient`, `from_address` and `reply_to` are never sent.",
    "identifier_as_attribute": "Take it out: `route.person` says whom an event is about.",
    "campaign_without_name": "Add `name: …` as it is in Customer.io, or `id: …`.",
    "campaign_without_event": "Add `event: …`, or `segments: […]` where a segment starts it.",
    "rename_to_itself": "Write the new name in `to`.",
    "renamed_twice": "Keep one `renames:` entry for each old name.",
    "renamed_in_a_circle": "Remove the rename that leads back.",
}


def _keys_around(loc: tuple[str | int, ...]) -> list[str]:
    whole: dict[str, Any] = Manifest.model_json_schema(by_alias=True)
    around = _forms(whole, whole["$defs"])
    for part in loc[:-1]:
        around = [form for schema in around for form in _forms(_inner(schema, part), whole["$defs"])]
    return list(dict.fromkeys(key for schema in around for key in schema.get("properties", {})))


def _inner(schema: Mapping[str, Any], part: str | int) -> Mapping[str, Any]:
    if isinstance(part, int):
        found = schema.get("items")
    else:
        found = schema.get("properties", {}).get(part) or next(iter(schema.get("patternProperties", {}).values()), None)
    return found if isinstance(found, dict) else {}


def _forms(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A schema, or those of which it is any."""
    if "$ref" in schema:
        return _forms(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    several = schema.get("anyOf") or schema.get("oneOf")
    return [form for one in several for form in _forms(one, definitions)] if several else [schema]


def _spell(loc: tuple[str | int, ...]) -> str:
    if not loc:
        return "the top level"
    text = ""
    for part in loc:
        text += f"[{part + 1}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return f"`{text}`"


def _show(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = str(value)
    return f"`{text if len(text) <= 40 else text[:39] + '…'}`"
