"""Which places of the code send an event: the arguments of tracking calls, of own functions and of wrappers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from campaign_health.check.code.files.occurrences import Occurrence
from campaign_health.check.code.files.snapshot import WORDS, CodeFile, Snapshot, anchor_of
from campaign_health.check.code.sending.constants import PASSED_ON
from campaign_health.check.code.sending.tracking_calls import CallReader, Site, own_name
from campaign_health.check.code.sending.wrappers import Wrapper, wrapper_around
from campaign_health.check.code.syntax.roles import naming

ROUNDS = 2  # a wrapper of a wrapper is followed, no further
# A call whose event may be a parameter: one of its first arguments is a plain name, or the value of a key is one.
_PASSES_A_NAME = re.compile(
    rb"""[?!]?\s*\(?\s*(?:[^,(){}"'`;]{0,60},\s*){0,2}[a-z_$][\w$]*(?:\.\w+)?\s*[,)\n]"""
    rb"""|[^;]{0,120}?\b(?i:event|event_?name|name)["']?\s*(?:(?::|=>?)\s*[a-z_$][\w$.]*\s*)?[,)}\n]"""
)


@dataclass(frozen=True)
class Use:
    """A constant's name where it is the event of a call."""

    file: CodeFile
    line: int
    start: int


def wrappers_in(snapshots: Iterable[Snapshot], own: Iterable[str]) -> dict[str, Wrapper]:
    """The functions of the project that pass an argument on to a tracking call, by name, also through one another."""
    files = {id(file): file for snapshot in snapshots for file in snapshot.files.values()}
    names = frozenset(map(own_name, own))
    found: dict[str, Wrapper] = {}
    for _ in range(ROUNDS):
        reader = CallReader([*names, *found], shapes=found)
        words = frozenset(reader.words)
        before = len(found)
        for file in files.values():
            if file.is_catalogue or words.isdisjoint(file.words):
                continue
            if not any(_PASSES_A_NAME.match(after) for after in reader.after_calls(file, 200)):
                continue
            for site in reader.sites(file):
                around = wrapper_around(file.source, site.event)
                if around is not None:
                    found.setdefault(*around)
        if len(found) == before:
            break
    return found


class Senders:
    """Answers which strings and constants of one snapshot are sent; parses only the files that a question needs."""

    def __init__(self, snapshot: Snapshot, reader: CallReader) -> None:
        self._snapshot = snapshot
        self._reader = reader
        self._strings: dict[int, frozenset[int]] = {}
        self._names: dict[int, dict[str, Use]] = {}

    def sends(self, place: Occurrence) -> bool:
        """Whether a string is the event of a call, or among what its event is chosen from."""
        if place.file.is_catalogue:
            return False
        return place.start in self._sent_in(place.file)[0] and naming(place.file.source, place.start) is None

    def use_in(self, file: CodeFile, name: str) -> Use | None:
        """The first place in a file at which a constant is the event of a call."""
        return None if file.is_catalogue else self._sent_in(file)[1].get(name)

    def use(self, name: str) -> Use | None:
        """The first place in the snapshot at which a constant is the event of a call."""
        words = WORDS.findall(name.encode())
        candidates = self._after_calls.get(max(words, key=len), []) if words else []
        return next((use for file in candidates if (use := self.use_in(file, name)) is not None), None)

    def files_with_calls_of(self, event: str) -> list[CodeFile]:
        """The files in which an event's longest word follows a function that sends; told without parsing."""
        anchor = anchor_of(event.strip())
        return self._after_calls.get(anchor, []) if anchor else []

    def sends_a_variable(self, file: CodeFile) -> bool:
        """Whether a call of the file sends what a variable or a parameter holds."""
        events = ([token for token in site.event if token.is_name or token.is_string] for site in self.sites(file))
        return any(event and event[0].is_name and event[0].text[0].islower() for event in events)

    def sites(self, file: CodeFile) -> list[Site]:
        """The calls of one file as they are written."""
        return self._reader.sites(file)

    def _sent_in(self, file: CodeFile) -> tuple[frozenset[int], dict[str, Use]]:
        if id(file) not in self._strings:
            sites = self._reader.sites(file)
            tokens = [token for site in sites for token in site.event]
            self._strings[id(file)] = frozenset(token.start for token in tokens if token.is_string)
            uses: dict[str, Use] = {}
            for token in tokens:
                if token.is_name and token.text not in PASSED_ON:
                    uses.setdefault(token.text, Use(file, token.line, token.start))
            self._names[id(file)] = uses
        return self._strings[id(file)], self._names[id(file)]

    @cached_property
    def _after_calls(self) -> dict[bytes, list[CodeFile]]:
        """Files by the words that follow a call in them."""
        found: dict[bytes, list[CodeFile]] = defaultdict(list)
        for _, file in sorted(self._snapshot.files.items()):
            if file.is_catalogue or file.words.isdisjoint(self._reader.words):
                continue
            for word in self._reader.words_after_calls(file):
                found[word].append(file)
        return found
