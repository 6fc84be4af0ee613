"""The calls that send an event: those of the known software kits, and the manifest's own functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from campaign_health.check.code.files.snapshot import WORDS, CodeFile, Snapshot
from campaign_health.check.code.sending.constants import Constants
from campaign_health.check.code.sending.wrappers import Wrapper
from campaign_health.check.code.syntax.call_arguments import Argument, arguments_of
from campaign_health.check.code.syntax.languages import (
    CSHARP,
    ELIXIR,
    GO,
    JAVA,
    OBJECTIVE_C,
    PYTHON,
    RUBY,
    SCALA,
    Language,
)
from campaign_health.check.code.syntax.source import Token

# Method of a kit: at which position its event stands, per language; 0 where none is given.
METHODS: dict[str, dict[Language, int]] = {
    "track": {PYTHON: 1, RUBY: 1},
    "trackAnonymous": {},
    "track_anonymous": {PYTHON: 1, RUBY: 1},
    "track_with_groups": {PYTHON: 1, RUBY: 1},
    "trackWithGroups": {},
    "track_links": {},
    "track_forms": {},
    "trackLink": {},
    "trackForm": {},
    "backfill": {PYTHON: 1},
    "Track": {GO: 1},
    "TrackCtx": {GO: 2},
    "TrackAnonymous": {GO: 1},
    "TrackAnonymousCtx": {GO: 2},
    "NewEvent": {},
    "builder": {},
    "event": {JAVA: 1, SCALA: 1},
    "TrackAsync": {},
    "logEvent": {},
}
# Kits of these languages put the user before the event, or do not.
_EITHER = frozenset({CSHARP, ELIXIR})
_SECOND = frozenset({"track_links", "track_forms", "trackLink", "trackForm"})  # after the element that is clicked
_LABELS = ("event", "event_name", "eventName", "Event", "name", "Name")
_KIT = re.compile(r"(?i)mixpanel|analytics|segment|customer_?io|\b_?cio\b|\bcdp\b|rudder|amplitude")
_KIT_IN_FILE = re.compile(
    rb"(?i)mixpanel|segmentio|@segment/|segment\.analytics|com\.segment|(?:import|use|using) segment|customer[-_.]?io|"
    rb"analytics-(?:node|ruby|go|php|csharp)|rudder|amplitude"
)
_FIRST_STRING = re.compile(rb"""[^"'`;{}()\n]{0,40}\(?[^"'`;{}()]{0,80}(["'`])([^"'`\\$#{}]*)\1""")
_FIRST_CONSTANT = re.compile(rb"[?!]?\s*\(\s*(?:[^,(){}\"'`;]{0,60},\s*)?(?:[A-Za-z_$][\w$]*\.)+([A-Z][\w$]*)\s*[,)]")
_MEMBER = re.compile(rb"\..?$|->$|::$")
_CUSTOMERIO = re.compile(r"(?i)customer_?io|\b_?cio\b")


@dataclass(frozen=True)
class TrackingCall:
    """One call that sends an event.

    Attributes:
        event: The event's name as the call has it.
        path: The file.
        line: The line of the name.
        trimmed: Customer.io receives it, which does not count spaces around a name.
        at: The byte offset of the called function's name.
        named_at: The byte offset of the event's name.
        own: It calls one of the manifest's own functions.
    """

    event: str
    path: str
    line: int
    trimmed: bool
    at: int
    named_at: int
    own: bool


@dataclass(frozen=True)
class Site:
    """A call as it is written: the tokens of its event, not yet looked up."""

    event: tuple[Token, ...]
    trimmed: bool
    at: int
    own: bool


class CallReader:
    """Reads tracking calls out of snapshots; a file that is in several is read once.

    `known` are names of events that are of no interest: a call whose first string is one of them is left out,
    which is told without parsing the file; so is one of `known_constants`. `shapes` tell where own functions take
    their event.
    """

    def __init__(
        self,
        wrappers: Iterable[str],
        known: Iterable[str] = (),
        shapes: Mapping[str, Wrapper] | None = None,
        known_constants: Iterable[bytes] = (),
    ) -> None:
        self._own = frozenset(own_name(wrapper) for wrapper in wrappers)
        self._shapes = shapes or {}
        names = sorted(name.encode() for name in self._own | METHODS.keys())
        self._words = [name.strip(b"$@") for name in names]
        self._pattern = re.compile(rb"(?<![A-Za-z0-9_$])(?:" + b"|".join(map(re.escape, names)) + rb")\b")
        self._known = frozenset(name.encode() for name in known)
        self._known_constants = frozenset(known_constants)
        self._read: dict[int, list[Site]] = {}
        self._words_after: dict[int, set[bytes]] = {}

    def calls(self, snapshot: Snapshot) -> list[TrackingCall]:
        """Every call whose event can be told, sorted by place; constants are looked up in the snapshot."""
        constants = Constants(snapshot)
        found: set[TrackingCall] = set()
        for file in snapshot.with_words(self._words):
            if file.is_catalogue:
                continue
            for site in self.sites(file):
                if name := _name_of(site.event, constants, file.path):
                    first = site.event[0]
                    found.add(TrackingCall(name, file.path, first.line, site.trimmed, site.at, first.start, site.own))
        return sorted(found, key=lambda call: (call.path, call.line, call.event, call.at))

    @property
    def words(self) -> list[bytes]:
        """The names of all the functions it looks for; a file without any of them has no call."""
        return self._words

    def sites(self, file: CodeFile) -> list[Site]:
        """The calls of one file as they are written."""
        if id(file) not in self._read:
            self._read[id(file)] = [] if file.is_catalogue else list(self._sites(file))
        return self._read[id(file)]

    def after_calls(self, file: CodeFile, reach: int = 300) -> Iterator[bytes]:
        """What follows the name of each function it looks for, told without parsing; comments among it."""
        content = file.source.content
        for match in self._pattern.finditer(content):
            yield content[match.end() : match.end() + reach]

    def words_after_calls(self, file: CodeFile) -> set[bytes]:
        """The words that follow the functions it looks for in a file."""
        if id(file) not in self._words_after:
            self._words_after[id(file)] = {word for after in self.after_calls(file) for word in WORDS.findall(after)}
        return self._words_after[id(file)]

    def _sites(self, file: CodeFile) -> Iterator[Site]:
        source = file.source
        content = source.content
        matches = [match for match in self._pattern.finditer(content) if not self._is_told(content, match)]
        if not matches:
            return
        kit_in_file = bool(_KIT_IN_FILE.search(content))
        customerio_in_file = b"customerio" in content.lower()
        for match in matches:
            method = match[0].decode()
            own = method in self._own
            after_member = _MEMBER.search(content[max(0, match.start() - 2) : match.start()])
            if not (own or kit_in_file or after_member or source.language is OBJECTIVE_C):
                continue
            tokens = source.tokens_around_call(match.start())
            at = next((i for i, token in enumerate(tokens) if token.start == match.start()), None)
            if at is None or not (own or _is_kit(tokens[:at], method, kit_in_file)):
                continue
            receiver = "".join(token.text for token in tokens[:at])
            given = arguments_of(tokens, at + 1, source.language)
            shape = self._shapes.get(method)
            event = _event_of_wrapper(given, shape) if shape else []
            event = event or _event_of(given, method, source.language, own=own)
            if event:
                trimmed = bool(_CUSTOMERIO.search(receiver)) or (not own and customerio_in_file)
                yield Site(tuple(event), trimmed, match.start(), own)

    def _is_told(self, content: bytes, match: re.Match[bytes]) -> bool:
        """Whether it is no call, or a call of a known event, by what follows it."""
        follows = content[match.end() : match.end() + 200].lstrip()
        if follows[:1] in (b"", b"=", b";", b",", b")", b"}", b"]", b"."):
            return True
        first = _FIRST_STRING.match(follows)
        if first is not None:
            return first[2] in self._known
        constant = _FIRST_CONSTANT.match(follows) if self._known_constants else None
        return constant is not None and constant[1] in self._known_constants


def _is_kit(before: list[Token], method: str, kit_in_file: bool) -> bool:
    receiver = "".join(token.text for token in before)
    if method == "builder":
        return receiver.endswith("TrackMessage.")
    if method == "event":
        receiver = receiver.lower()
        php = receiver.endswith("customers.")  # `$client->customers->event([…])` of Customer.io
        return "messagebuilder" in receiver or php or (receiver.endswith("builder.") and kit_in_file)
    if method == "logEvent":
        return "amplitude" in receiver.lower()
    if method == "NewEvent":
        return kit_in_file
    return bool(_KIT.search(receiver)) or kit_in_file


def own_name(wrapper: str) -> str:
    """The function's own name in what the manifest says, such as `Analytics.send`."""
    return wrapper.rsplit(".", 1)[-1].rsplit(":", 1)[-1].strip()


def _event_of_wrapper(given: list[Argument], shape: Wrapper) -> list[Token]:
    """The tokens of the argument that a function of the project passes on as the event."""
    by_label = next((argument for argument in given if argument.label in shape.labels), None)
    if by_label is not None:
        return by_label.tokens
    plain = [argument for argument in given if argument.label is None]
    if len(plain) <= shape.position:
        return []
    argument = plain[shape.position]
    inner = next((part for part in argument.inside if part.label in shape.labels), None)
    return inner.tokens if inner is not None else [] if argument.inside else argument.tokens


def _event_of(given: list[Argument], method: str, language: Language, *, own: bool) -> list[Token]:
    """The tokens of the argument that holds the event's name; empty where it cannot be told."""
    plain = [argument for argument in given if argument.label is None]
    position = METHODS.get(method, {}).get(language, 1 if method in _SECOND else 0)
    if language in _EITHER and len(plain) > 1 and not plain[0].is_literal:
        position = 1 if plain[1].is_literal or _is_constant(plain[1]) > _is_constant(plain[0]) else 0
    if own:
        literal = next((a for a in plain if a.is_literal), None)
        constant = next(
            (a for a in plain if not a.inside and any(t.is_name and t.text[0].isupper() for t in a.tokens)), None
        )
        if chosen := literal or constant:
            return chosen.tokens
        position = 0
    elif len(plain) <= position and len(plain) == 1 and not any(a.label in _LABELS for a in given):
        position = 0
    if len(plain) > position and plain[position].is_literal:
        return plain[position].tokens
    labelled = [*given, *(inner for argument in plain for inner in argument.inside)]
    for label in _LABELS:
        for argument in labelled:
            if argument.label == label and argument.tokens:
                return argument.tokens
    if len(plain) > position and not plain[position].inside:
        return plain[position].tokens
    return []


def _is_constant(argument: Argument) -> bool:
    """Whether it is named as constants are: with a capital at the end, or as a module's attribute."""
    names = [token.text for token in argument.tokens if token.is_name]
    return bool(names) and not argument.inside and (names[-1][0].isupper() or names[-1][0] == "@")


def _name_of(tokens: tuple[Token, ...], constants: Constants, path: str) -> str | None:
    """The event's name; None where it is put together while running or cannot be looked up."""
    if len(tokens) == 1 and tokens[0].is_string:
        value = tokens[0].value
    elif any(token.is_string or token.text in ("+", "(", "[") for token in tokens):
        value = None
    else:
        value = constants.resolve([token.text for token in tokens if token.is_name], path)
    return value if value and value.strip() else None
