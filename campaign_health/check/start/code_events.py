"""The events that a repository's code sends, with their places, properties and the project's own functions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from campaign_health.check.code.files.snapshot import CodeFile, Snapshot, take_snapshots
from campaign_health.check.code.properties.property_calls import PropertyCall, PropertyCallReader
from campaign_health.check.code.sending.senders import wrappers_in
from campaign_health.check.code.sending.tracking_calls import METHODS, CallReader, TrackingCall, own_name
from campaign_health.check.code.sending.wrappers import wrapper_around
from campaign_health.check.git_tree import Repository, readable
from campaign_health.manifest.schema import CodeSettings, PropertyType

LONGEST_NAME = 255  # of an event or a property in a manifest
# What functions are called that send events, where nothing in the repository shows what they do.
_LIKE_A_SENDER = re.compile(
    rb"(?<![\w$])((?:track|log|send|record|capture|report|fire|emit|publish)_?(?:[A-Za-z]+_?)?"
    rb"(?:[Ee]vent|[Aa]nalytics|[Mm]etric)s?(?:_[a-z]+|[A-Z]\w*)?|track|capture)\s*\(\s*$"
)


@dataclass(frozen=True)
class SentProperty:
    """One property of an event: in how many of its calls it shows, and the types that their syntax tells."""

    name: str
    calls: int
    types: tuple[PropertyType, ...]

    @property
    def type(self) -> PropertyType | None:
        """Its type, where the calls do not disagree; the syntax of a number does not tell whether it is whole."""
        kinds = set[PropertyType]("number" if kind == "integer" else kind for kind in self.types) - {"null"}
        return next(iter(kinds)) if len(kinds) == 1 else None


@dataclass(frozen=True)
class SentEvent:
    """One event that the code sends.

    Attributes:
        places: `path:line` of each call, sorted.
        visible: Calls that show all of their properties.
    """

    name: str
    places: tuple[str, ...]
    visible: int
    properties: tuple[SentProperty, ...]


@dataclass(frozen=True)
class LikelySender:
    """A function that by its name may send events, called with a string; nothing in the code shows that it does."""

    name: str
    calls: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class CodeEvents:
    """What a repository sends.

    Attributes:
        wrappers: The project's own functions that send: those that were named, and those that pass an event on to a
            kit and are called with one.
        likely_senders: Functions that may send, too.
        not_told: Places of calls whose event is put together while running, or cannot be looked up.
        unusable: Names that no manifest can hold: too long, or with signs that cannot be printed.
        files: Files of code that were read.
    """

    events: tuple[SentEvent, ...]
    wrappers: tuple[str, ...] = ()
    likely_senders: tuple[LikelySender, ...] = ()
    not_told: tuple[str, ...] = ()
    unusable: int = 0
    files: int = 0

    def summary(self) -> list[str]:
        """How much was found, in a few lines."""
        calls = sum(len(event.places) for event in self.events)
        said = [
            f"{counted(len(self.events), 'event')} in {counted(calls, 'call')}, {counted(self.files, 'file')} read."
        ]
        if not self.events:
            said.append("If your own functions send them, name each with --call; tests and vendored code are not read.")
        if self.wrappers:
            said.append(f"Your own functions that send: {', '.join(self.wrappers)}.")
        if self.likely_senders:
            said.append(f"May send, too: {', '.join(one.name for one in self.likely_senders)}.")
        if self.not_told:
            said.append(f"{counted(len(self.not_told), 'call')} whose event the code does not tell.")
        if self.unusable:
            said.append(f"{counted(self.unusable, 'name')} left out that no manifest can hold.")
        return said


def counted(number: int, what: str) -> str:
    """`1 call`, `2 calls`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


@dataclass
class _Seen:
    places: set[tuple[str, int]] = field(default_factory=set)
    given: list[PropertyCall] = field(default_factory=list)


def read_code_events(folder: Path, own: Iterable[str] = ()) -> CodeEvents:
    """The events of the tracked code below a folder of a git repository, as it lies in the work tree.

    Args:
        folder: It, or the repository's root.
        own: Names of the project's functions that send an event, besides those that the code shows to.

    Raises:
        CouldNotCheck: the folder does not exist or is in no git repository.
    """
    repository = Repository(folder)
    below = folder.resolve().relative_to(repository.root.resolve()).as_posix()
    _, head = take_snapshots(repository, None, CodeSettings(), "" if below == "." else f"{below}/", None)
    return code_events(head, own)


def code_events(head: Snapshot, own: Iterable[str] = ()) -> CodeEvents:
    """The events that a snapshot of code sends."""
    own = tuple(own)
    wrappers = wrappers_in([head], own)
    reader = CallReader([*own, *wrappers], shapes=wrappers)
    calls = reader.calls(head)
    names = {call.event.strip() for call in calls}
    seen: dict[str, _Seen] = defaultdict(_Seen)
    for call in calls:
        seen[call.event.strip()].places.add((call.path, call.line))
    for one in PropertyCallReader(own, names, (), wrappers).calls(head, frozenset()):
        seen[one.event].given.append(one)
    usable = {name: found for name, found in seen.items() if is_usable(name)}
    called = {one.called for found in usable.values() for one in found.given}
    return CodeEvents(
        events=tuple(_event(name, found) for name, found in sorted(usable.items())),
        wrappers=tuple(sorted({*own, *(called & wrappers.keys())})),
        likely_senders=tuple(_likely_senders(head, {*wrappers, *map(own_name, own)}, reader)),
        not_told=tuple(_not_told(head, reader, calls)),
        unusable=len(seen) - len(usable),
        files=sum(not file.is_catalogue for file in head.files.values()),
    )


def is_usable(name: str) -> bool:
    """Whether a manifest can hold a name."""
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and bool(name.strip())


def _event(name: str, seen: _Seen) -> SentEvent:
    counts: Counter[str] = Counter()
    kinds: dict[str, set[PropertyType]] = defaultdict(set)
    for call in seen.given:
        for key, given in call.given.known.items():
            counts[key] += 1
            kinds[key] |= {given.kind} if given.kind else set()
    return SentEvent(
        name,
        tuple(f"{readable(path)}:{line}" for path, line in sorted(seen.places)),
        sum(call.given.closed for call in seen.given),
        tuple(SentProperty(key, counts[key], tuple(sorted(kinds[key]))) for key in sorted(counts) if is_usable(key)),
    )


def _not_told(head: Snapshot, reader: CallReader, calls: Iterable[TrackingCall]) -> list[str]:
    """Calls whose event is unknown, but for those within a wrapper, whose callers say it."""
    told = {(call.path, call.at) for call in calls}
    return [
        f"{readable(path)}:{site.event[0].line}"
        for path, file in sorted(head.files.items())
        for site in reader.sites(file)
        if (path, site.at) not in told and wrapper_around(file.source, site.event) is None
    ]


def _likely_senders(head: Snapshot, wrappers: Iterable[str], reader: CallReader) -> list[LikelySender]:
    known = frozenset(wrappers)
    strings: dict[str, list[str]] = defaultdict(list)
    for _, file in sorted(head.files.items()):
        if file.is_catalogue:
            continue
        sent = {token.start for site in reader.sites(file) for token in site.event}
        for name, value in _called_with_a_string(file, sent):
            if name not in known:
                strings[name].append(value)
    found = [
        LikelySender(name, len(values), tuple(dict.fromkeys(values))[:3]) for name, values in sorted(strings.items())
    ]
    return sorted(found, key=lambda one: (-one.calls, one.name))


def _called_with_a_string(file: CodeFile, sent: set[int]) -> Iterable[tuple[str, str]]:
    content = file.source.content
    for literal in file.source.literals:
        if literal.start in sent or not is_usable(literal.value) or len(literal.value) > 100:
            continue
        match = _LIKE_A_SENDER.search(content, max(0, literal.start - 80), literal.start)
        # A kit's method whose kit is not in sight is named too: what it belongs to may be the project's own.
        if match and (match[1].decode() not in METHODS or b"." not in content[match.start() - 1 : match.start()]):
            yield match[1].decode(), literal.value
