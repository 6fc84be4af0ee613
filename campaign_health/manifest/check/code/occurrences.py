"""Where event names stand in the code as strings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from campaign_health.manifest.check.code.paths import matches
from campaign_health.manifest.check.code.snapshot import CodeFile, Snapshot, anchor_of

_LOADS = re.compile(r"(?i)config_for|resource|load|read|open|asset|bundle|yaml|json|require|import|embed")


@dataclass(frozen=True)
class Occurrence:
    """An event's name as a string at one place; `start` is its offset in the parsed file."""

    file: CodeFile
    line: int
    start: int
    value: str

    @property
    def path(self) -> str:
        """The file's path from the repository's root."""
        return self.file.path


def spellings(name: str, prefix: str) -> set[str]:
    """How an event's name may stand in the code: whole, or without the prefix that the code puts before it."""
    trimmed = name.strip()
    bare = trimmed.removeprefix(prefix.strip()) if prefix.strip() else trimmed
    return {trimmed, bare} - {""}


def find_names(snapshot: Snapshot, names: Iterable[str], prefix: str = "") -> dict[str, list[Occurrence]]:
    """The places of each name, sorted by path and line. Spaces around a literal do not count; case does."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for spelling in spellings(name, prefix):
            wanted[spelling].append(name)
    anchors = {anchor for spelling in wanted if (anchor := anchor_of(spelling))}
    unanchored = [spelling.encode() for spelling in wanted if anchor_of(spelling) is None]
    files = snapshot.with_words(anchors)
    if unanchored:
        seen = set(map(id, files))
        files += [
            file
            for file in snapshot.files.values()
            if id(file) not in seen and (b"\\u" in file.content or any(name in file.content for name in unanchored))
        ]
    found: dict[str, list[Occurrence]] = defaultdict(list)
    loaded: dict[str, bool] = {}
    for file in sorted(files, key=lambda file: file.path):
        for literal in file.source.literals:
            for name in wanted.get(literal.value.strip(), ()):
                if file.is_catalogue and not loaded.setdefault(file.path, is_loaded(file.path, snapshot)):
                    continue
                found[name].append(Occurrence(file, literal.line, literal.start, literal.value))
    return dict(found)


def is_loaded(path: str, snapshot: Snapshot) -> bool:
    """Whether product code names this catalogue in a string, by its file name, path, stem or a pattern."""
    pure = PurePosixPath(path)
    words = {anchor for part in (pure.stem, pure.parent.name) if (anchor := anchor_of(part))}
    for file in snapshot.with_words(words):
        if file.is_catalogue:
            continue
        lines: list[str] | None = None
        for text, line in file.source.string_texts:
            if not _may_name(text, pure):
                continue
            lines = lines or file.source.content.decode("utf-8").split("\n")
            if _names(text, pure, " ".join(lines[max(0, line - 2) : line + 1])):
                return True
        embeds = (
            re.findall(rb"(?m)^//go:embed[ \t]+(.+)$", file.content)
            if path.endswith((".json", ".yml", ".yaml"))
            else []
        )
        for patterns in embeds:
            folder = PurePosixPath(file.path).parent
            if any(matches(path, str(folder / part)) for part in patterns.decode("utf-8", "replace").split()):
                return True
    return False


def _may_name(text: str, path: PurePosixPath) -> bool:
    return path.stem in text or ("*" in text and path.suffix in text)


def _names(text: str, path: PurePosixPath, around: str) -> bool:
    """Whether a string, read with the lines around it, names the file."""
    given = re.sub(r"^.*[}>)]/?", "", text)  # what follows the last hole
    given = re.sub(r"^(?:\.{0,2}/|[@~]/)+", "", given.strip())
    if "*" in given:
        parent = path.parent.name
        return matches(str(path), f"**/{given}") and ("/" in given or parent in re.findall(r"[\w.-]+", around))
    parts = PurePosixPath(given).parts
    if not parts:
        return False
    if parts[-1] == path.name:
        return len(parts) == 1 or parts[-2] == path.parent.name
    if parts[-1] != path.stem:
        return False
    if len(parts) > 1:
        return parts[-2] == path.parent.name
    return text.startswith(("./", "../")) or bool(_LOADS.search(around))


def by_file(occurrences: Iterable[Occurrence]) -> Mapping[str, list[Occurrence]]:
    """Occurrences grouped by path."""
    grouped: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in occurrences:
        grouped[occurrence.path].append(occurrence)
    return grouped
