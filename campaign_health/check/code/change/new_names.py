"""What is new in the code since the base: files that moved, strings that were nowhere before, likely new names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from campaign_health.check.code.change.code_change import CodeChange
from campaign_health.check.code.change.replacement import Replacement, is_like_a_name, replacement_of
from campaign_health.check.code.files.occurrences import Occurrence
from campaign_health.check.code.files.snapshot import CodeFile, Snapshot, anchor_of
from campaign_health.check.code.sending.constants import PASSED_ON, Constants, constants_in
from campaign_health.check.code.syntax.roles import naming
from campaign_health.check.likely_rename import is_likely_rename
from campaign_health.names.likeness import name_likeness

MOVED = 0.5  # share of lines in common above which a vanished and a new file are one that moved
# How a candidate is known, best first.
NEWLY_SENT, SAME_CONSTANT, SAME_FILE, ANYWHERE = range(4)


@dataclass(frozen=True)
class Guess:
    """A string at the head that is likely the new name; `kind` tells by what (the least is the surest)."""

    value: str
    path: str
    line: int
    kind: int
    likeness: float


class NewNames:
    """Answers questions about one change; looks things up once and only when asked."""

    def __init__(self, change: CodeChange, base: Snapshot) -> None:
        self._change = change
        self._base = base
        self._head = change.head
        self._pairs: dict[str, CodeFile | None] = {}
        self._new: dict[str, bool] = {}

    def pair(self, path: str) -> CodeFile | None:
        """The file at the head that a file of the base became: at the same path, or moved; None if it is gone."""
        if path not in self._pairs:
            self._pairs[path] = self._head.files.get(path) or self._moved(self._base.files[path])
        return self._pairs[path]

    def replacement(self, occurrence: Occurrence) -> Replacement:
        """What became of a string at the base, in the file that its file became."""
        pair = self.pair(occurrence.path)
        if pair is None:
            return Replacement(line=1)
        return replacement_of(occurrence.file, pair, occurrence.start)

    def value_of(self, names: Sequence[str], near: str) -> str | None:
        """The string behind names such as `EVENTS.TRIAL`; None if unknown or ambiguous."""
        return self._constants.resolve(names, near)

    def is_new(self, value: str) -> bool:
        """Whether a string was nowhere in the code at the base."""
        if value not in self._new:
            self._new[value] = self._was_nowhere(value)
        return self._new[value]

    def _was_nowhere(self, value: str) -> bool:
        anchor = anchor_of(value.strip())
        if anchor is None:
            return False
        files = [file for file in self._base.with_words([anchor]) if _may_hold(file, value.strip())]
        return not any(literal.value.strip() == value.strip() for file in files for literal in file.source.literals)

    def gained(self, value: str, before: CodeFile, after: CodeFile) -> bool:
        """Whether a string was nowhere before, or stands in a file more often than it did."""
        if self.is_new(value):
            return True
        counts = [
            sum(1 for literal in file.source.literals if literal.value.strip() == value.strip())
            for file in (before, after)
        ]
        return counts[1] > counts[0] or counts[1] == 0  # the latter: it stands behind a constant elsewhere

    def guesses(self, base: Sequence[Occurrence]) -> list[Guess]:
        """The new strings that may have taken over, best first.

        What is newly sent comes first, then what stands under the same constant, then what stands where the old name
        stood. A text, a style or a line of a log is none.
        """
        old = base[0].value.strip()
        paths = {pair.path for place in base if (pair := self.pair(place.path)) is not None}
        likely = [
            (value, file.path, line, NEWLY_SENT)
            for value, file, line in self._newly_sent
            if is_likely_rename(old, value)
        ]
        for value, file, line, start in self._strings:
            if not is_likely_rename(old, value) or not self.is_new(value):
                continue
            if file.is_catalogue or naming(file.source, start) not in ("shown", "logged", "comparison"):
                likely.append((value, file.path, line, SAME_FILE if file.path in paths else ANYWHERE))
        likely += self._under_the_same_constant(base)
        found = [Guess(value, path, line, kind, name_likeness(old, value)) for value, path, line, kind in likely]
        return sorted(found, key=lambda guess: (guess.kind, -guess.likeness, guess.path, guess.line))

    def _under_the_same_constant(self, base: Sequence[Occurrence]) -> Iterator[tuple[str, str, int, int]]:
        names = {
            constant.name
            for file in {occurrence.file for occurrence in base}
            for constant in constants_in(file)
            if any(constant.start == place.start for place in base if place.file is file)
        } - PASSED_ON
        for file in self._changed:
            for constant in constants_in(file) if names else ():
                if constant.name in names and is_like_a_name(constant.value) and self.is_new(constant.value):
                    yield constant.value.strip(), file.path, constant.line, SAME_CONSTANT

    @cached_property
    def _newly_sent(self) -> list[tuple[str, CodeFile, int]]:
        """What calls in changed files send and the code did not have before, with its first place."""
        found: dict[str, tuple[str, CodeFile, int]] = {}
        for file in self._changed:
            for site in self._change.head_senders.sites(file):
                strings = [token.value for token in site.event if token.value is not None]
                names = [token.text for token in site.event if token.is_name]
                resolved = None if strings else self.value_of(names, file.path)
                for value in strings or ([resolved] if resolved else []):
                    if is_like_a_name(value) and value.strip() not in found and self.is_new(value):
                        found[value.strip()] = (value.strip(), file, site.event[0].line)
        return list(found.values())

    @cached_property
    def _strings(self) -> list[tuple[str, CodeFile, int, int]]:
        """The strings in changed files that could be names, each once a file, with line and offset."""
        found: dict[tuple[str, str], tuple[str, CodeFile, int, int]] = {}
        for file in self._changed:
            for literal in file.source.literals:
                value = literal.value.strip()
                if is_like_a_name(value):
                    found.setdefault((value, file.path), (value, file, literal.line, literal.start))
        return list(found.values())

    @cached_property
    def _changed(self) -> list[CodeFile]:
        """Files at the head that are new or differ, by path."""
        return [file for path, file in sorted(self._head.files.items()) if self._base.files.get(path) is not file]

    @cached_property
    def _constants(self) -> Constants:
        return Constants(self._head)

    def _moved(self, file: CodeFile) -> CodeFile | None:
        lines = _lines(file)
        best: tuple[float, str] | None = None
        for candidate in self._changed:
            if candidate.path in self._base.files or not _may_become(file.path, candidate.path):
                continue
            other = _lines(candidate)
            share = len(lines & other) / max(1, min(len(lines), len(other)), max(len(lines), len(other)) // 2)
            if share >= MOVED and (best is None or (share, candidate.path) > best):
                best = (share, candidate.path)
        return self._head.files[best[1]] if best else None


def _may_become(vanished: str, new: str) -> bool:
    """Whether a file may have moved there: to one of its kind, or from `a.js` to `a.ts` beside it."""
    was, now = PurePosixPath(vanished), PurePosixPath(new)
    return was.suffix == now.suffix or was.with_suffix("") == now.with_suffix("")


def _may_hold(file: CodeFile, value: str) -> bool:
    # An escape can stand for any letter, so a file with one is read in full.
    return value.encode() in file.source.content or b"\\" in file.content


def _lines(file: CodeFile) -> set[bytes]:
    return {line.strip() for line in file.content.split(b"\n") if line.strip()}
