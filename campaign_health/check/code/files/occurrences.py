"""Where event names stand in the code as strings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from campaign_health.check.code.files.catalogues import is_loaded
from campaign_health.check.code.files.snapshot import CodeFile, Snapshot, anchor_of


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


class NamesInCode:
    """Where names stand at the base and at the head. Spaces around a literal do not count; case does.

    Files that are the same at both hold the same names, so that `base` and `head` have the places in the other
    files, sorted by path and line; of a file that stayed the same only as much is parsed as a question needs.
    """

    def __init__(self, base: Snapshot | None, head: Snapshot, names: Iterable[str], prefix: str = "") -> None:
        self._spellings = {name: spellings(name, prefix) for name in names}
        self._loaded: dict[tuple[int, str], bool] = {}
        self._common: dict[str, Occurrence | None] = {}
        same = {
            id(file)
            for path, file in head.files.items()
            if base is not None and base.files.get(path) is file and not file.is_catalogue
        }
        self.head = self._places(head, {id(file) for file in head.files.values()} - same)
        self.base = self._places(base, {id(file) for file in base.files.values()} - same) if base else {}
        self._same = [file for path, file in sorted(head.files.items()) if id(file) in same]
        self._by_anchor = self._index(self._same)

    def at_head(self, name: str) -> Occurrence | None:
        """The first place of a name at the head, changed files first; None if it stands nowhere."""
        return next(iter(self.head.get(name, ())), None) or self.in_same(name)

    def at_base(self, name: str) -> Occurrence | None:
        """The first place of a name at the base, changed files first; None if it stood nowhere."""
        return next(iter(self.base.get(name, ())), None) or self.in_same(name)

    def in_same(self, name: str) -> Occurrence | None:
        """The first place of a name in a file that stayed the same; None if there is none."""
        if name not in self._common:
            self._common[name] = next(iter(self._in_files(name, self._candidates(name))), None)
        return self._common[name]

    def all_at_head(self, name: str) -> list[Occurrence]:
        """Every place of a name at the head."""
        return [*self.head.get(name, ()), *self._in_files(name, self._candidates(name))]

    def places_at_head(self, name: str, first: Iterable[CodeFile] = ()) -> Iterator[Occurrence]:
        """Every place of a name at the head, one by one: changed files, then those named first, then the others."""
        sooner = {id(file) for file in first}
        yield from self.head.get(name, ())
        yield from self._in_files(name, sorted(self._candidates(name), key=lambda file: id(file) not in sooner))

    def raw_in_same(self, name: str) -> Iterator[tuple[CodeFile, int]]:
        """Where a name stands quoted in files that stayed the same, by offset; told without parsing, comments too."""
        spelled = sorted(spelling.encode() for spelling in self._spellings.get(name, ()))
        quoted = re.compile(rb"[\"'`](?:" + b"|".join(map(re.escape, spelled)) + rb")[\"'`]")
        for file in self._candidates(name):
            for match in quoted.finditer(file.source.content):
                yield file, match.start()

    def _places(self, snapshot: Snapshot, wanted: set[int]) -> dict[str, list[Occurrence]]:
        files = [file for _, file in sorted(snapshot.files.items()) if id(file) in wanted]
        index = self._index(files)
        found: dict[str, list[Occurrence]] = {}
        for name in self._spellings:
            places: list[Occurrence] = []
            for file in self._candidates(name, index, files):
                here = list(self._in_files(name, [file]))
                if here and file.is_catalogue:
                    key = (id(snapshot), file.path)
                    if key not in self._loaded:
                        self._loaded[key] = is_loaded(file.path, snapshot)
                    if not self._loaded[key]:
                        continue
                places += here
            if places:
                found[name] = places
        return found

    def _in_files(self, name: str, files: Iterable[CodeFile]) -> Iterator[Occurrence]:
        spelled = self._spellings.get(name, set())
        for file in files:
            for literal in file.source.literals:
                if literal.value.strip() in spelled:
                    yield Occurrence(file, literal.line, literal.start, literal.value)

    def _index(self, files: list[CodeFile]) -> dict[bytes, list[CodeFile]]:
        anchors = frozenset(
            anchor for spelled in self._spellings.values() for spelling in spelled if (anchor := anchor_of(spelling))
        )
        index: dict[bytes, list[CodeFile]] = defaultdict(list)
        for file in files:
            for anchor in anchors & file.words:
                index[anchor].append(file)
        return index

    def _candidates(
        self, name: str, index: Mapping[bytes, list[CodeFile]] | None = None, files: list[CodeFile] | None = None
    ) -> list[CodeFile]:
        """The files that may hold a name, by the words in them; for a name without ASCII words, by its bytes."""
        index = self._by_anchor if index is None else index
        files = self._same if files is None else files
        found: dict[int, CodeFile] = {}
        for spelling in self._spellings.get(name, ()):
            anchor = anchor_of(spelling)
            if anchor is not None:
                found.update((id(file), file) for file in index.get(anchor, ()))
            else:
                sought = spelling.encode()
                found.update((id(f), f) for f in files if sought in f.source.content or b"\\u" in f.content)
        return sorted(found.values(), key=lambda file: file.path)


def by_file(occurrences: Iterable[Occurrence]) -> Mapping[str, list[Occurrence]]:
    """Occurrences grouped by path."""
    grouped: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in occurrences:
        grouped[occurrence.path].append(occurrence)
    return grouped
