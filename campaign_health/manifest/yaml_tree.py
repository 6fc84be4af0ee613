"""Reads YAML into plain values with the place of each, and refuses what is hostile before it costs anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode

from campaign_health.manifest.problems import ManifestError, Problem

MAX_BYTES = 2_000_000
MAX_MARKS = 100_000  # colons, commas and line ends: what a parser spends its time on, counted before it starts
MAX_DEPTH = 20
MAX_NODES = 100_000  # counted after aliases are followed

Path = tuple[str | int, ...]
_CORE = "tag:yaml.org,2002:"
_ALLOWED_TAGS = {f"{_CORE}{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")}


@dataclass(frozen=True)
class Place:
    """Where a value stands: line and column from 1, and its offsets in the text."""

    line: int
    column: int
    start: int
    end: int
    flow: bool = False


@dataclass
class YamlTree:
    """Plain values, and where each key (`keys`) and value (`values`) stands."""

    value: Any
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """Where a path stands: its key if it has one, its value, or the nearest thing around it."""
        for length in range(len(path), -1, -1):
            found = self.keys.get(path[:length]) or self.values.get(path[:length])
            if found:
                return found
        return Place(1, 1, 0, 0)


def read_yaml(text: str, file: str) -> YamlTree:
    """Read one YAML document.

    Raises:
        ManifestError: not YAML, or too large, too deep, with tags or with aliases that multiply; with its line.
    """
    if len(text) > MAX_BYTES:
        raise _refusal(file, 1, 1, f"the file is larger than {MAX_BYTES // 1_000_000} MB", "Keep only the manifest.")
    if sum(text.count(mark) for mark in ":,\n") > MAX_MARKS:
        raise _refusal(file, 1, 1, f"the file has more than {MAX_MARKS:,} entries", "Keep only the manifest.")
    if found := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        raise _refusal(file, line, column, "a control character stands here", "Save the file as plain text in UTF-8.")
    try:
        return _Builder(text, file).build()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = (error.problem or error.context or "this is not YAML").strip()
        cure = _cure_of_syntax(f"{error.context or ''} {said}")
        raise _refusal(file, line, column, f"not valid YAML: {said}", cure) from error
    except (YAMLError, ValueError, OverflowError) as error:
        raise _refusal(file, 1, 1, f"not valid YAML: {error}", "Mend the syntax.") from error


class _Builder:
    def __init__(self, text: str, file: str) -> None:
        self._file = file
        yaml = YAML(typ="safe", pure=True)
        self._resolve = yaml.resolver.resolve
        self._events: Iterator[Any] = iter(yaml.parse(text))
        self._tree = YamlTree(None)
        # Each anchor's value and how many nodes it stands for.
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = 0

    def build(self) -> YamlTree:
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "a second document begins here", "Keep one document: remove the `---` line.")
                self._tree.value = self._node(next(self._events), (), 0)
        return self._tree

    def _node(self, event: Any, path: Path, depth: int) -> Any:
        if depth > MAX_DEPTH:
            self._refuse(event, f"nested more than {MAX_DEPTH} levels deep", "A manifest is at most six levels deep.")
        before = self._nodes
        self._count(event, 1)
        if isinstance(event, AliasEvent):
            return self._alias(event)
        tag = getattr(event, "tag", None)
        if tag and str(tag) not in _ALLOWED_TAGS and not (isinstance(event, ScalarEvent) and str(tag) == "!"):
            self._refuse(event, f"the tag `{tag}` is not allowed", "Remove the tag: a manifest has plain values only.")
        if isinstance(event, ScalarEvent):
            value, end = self._scalar(event), event.end_mark
        elif isinstance(event, SequenceStartEvent):
            value, end = self._sequence(path, depth)
        elif isinstance(event, MappingStartEvent):
            value, end = self._mapping(path, depth)
        else:
            self._refuse(event, "nothing that a manifest can hold", "Mend the syntax.")
        start = event.start_mark
        flow = bool(getattr(event, "flow_style", False))
        self._tree.values[path] = Place(start.line + 1, start.column + 1, start.index, end.index, flow)
        if event.anchor:
            self._anchors[event.anchor] = (value, self._nodes - before)
        return value

    def _count(self, event: Any, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._refuse(event, f"more than {MAX_NODES:,} values", "Remove aliases (`*name`) that multiply.")

    def _alias(self, event: AliasEvent) -> Any:
        if event.anchor not in self._anchors:
            self._refuse(event, f"`*{event.anchor}` has no `&{event.anchor}` before it", "Write the value out.")
        value, nodes = self._anchors[event.anchor]
        self._count(event, nodes)
        return value

    def _sequence(self, path: Path, depth: int) -> tuple[list[Any], Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, (*path, len(items)), depth + 1))
        return items, event.end_mark

    def _mapping(self, path: Path, depth: int) -> tuple[dict[Any, Any], Any]:
        found: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                self._refuse(event, "a key that is not a name", "Write the key as a plain name.")
            key = self._scalar(event)
            here = (*path, key)
            if key == "<<" and not event.style:
                self._merge(event, self._node(next(self._events), here, depth + 1), merged)
                continue
            if not isinstance(key, str):
                self._refuse(event, f"the name `{event.value}` is read as {_kind(key)}, not as text",
                             f'Put it in quotes: "{event.value}".')  # fmt: skip
            if key in found:
                self._refuse(event, f"`{key}` stands here twice", "Keep one of the two.")
            start, end = event.start_mark, event.end_mark
            self._tree.keys[here] = Place(start.line + 1, start.column + 1, start.index, end.index)
            found[key] = self._node(next(self._events), here, depth + 1)
        return {**merged, **found}, event.end_mark

    def _merge(self, event: Any, value: Any, merged: dict[Any, Any]) -> None:
        for part in value if isinstance(value, list) else [value]:
            if not isinstance(part, dict):
                self._refuse(event, "`<<` merges something that is not a mapping", "Write the keys out.")
            for key, inner in part.items():
                merged.setdefault(key, inner)

    def _scalar(self, event: ScalarEvent) -> Any:
        text: str = event.value
        tag = str(event.tag) if event.tag else None
        if tag in (None, "!"):
            tag = str(self._resolve(ScalarNode, text, (True, False))) if not event.style and not tag else f"{_CORE}str"
        return _plain_value(tag, text)

    def _refuse(self, event: Any, message: str, cure: str) -> Any:
        mark = event.start_mark
        raise _refusal(self._file, mark.line + 1, mark.column + 1, message, cure)


def _plain_value(tag: str, text: str) -> Any:
    kind = tag.removeprefix(_CORE)
    lowered = text.lower().replace("_", "")
    if kind == "null":
        return None
    if kind == "bool":
        return lowered in ("true", "yes", "on")
    try:
        if kind == "int" and len(text) < 40:
            return int(lowered, 0) if lowered.startswith(("0x", "0o", "-0x", "-0o")) else int(lowered)
        if kind == "float":
            return float(re.sub(r"^([+-]?)\.(inf|nan)$", r"\1\2", lowered))
    except ValueError:
        pass
    return text  # times and what only looks like a number stay as written


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    return {bool: "yes or no", int: "a number", float: "a number"}.get(type(value), "something else")


def _cure_of_syntax(said: str) -> str:
    if "\\t" in said or "tab" in said:
        return "Indent with spaces, not tabs."
    if "mapping values" in said:
        return "Put text that holds a colon in quotes, and indent each level by two spaces."
    if "could not find expected ':'" in said:
        return "A key needs a colon and a space after it."
    if "expected <block end>" in said or "block collection" in said or "block mapping" in said:
        return "Indent the lines of one list or mapping by the same number of spaces."
    if "flow" in said or "expected ',' or" in said:
        return "Close every `[` and `{`, and put commas between entries."
    if "quoted scalar" in said:
        return "Close the quotation mark."
    if "cannot start any token" in said:
        return 'Put text that begins with @, `, % or * in quotes: "@team".'
    return "Mend the syntax at this place."


def _refusal(file: str, line: int, column: int, message: str, cure: str) -> ManifestError:
    return ManifestError(file, [Problem(line, column, message, cure)])
