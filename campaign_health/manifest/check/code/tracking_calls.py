"""The calls that send an event: those of the known software kits, and the manifest's own functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from campaign_health.manifest.check.code.call_arguments import Argument, arguments_of
from campaign_health.manifest.check.code.constants import Constants
from campaign_health.manifest.check.code.languages import GO, JAVA, PYTHON, RUBY, Language
from campaign_health.manifest.check.code.snapshot import CodeFile, Snapshot
from campaign_health.manifest.check.code.source import Token

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
    "event": {JAVA: 1},
}
_SECOND = frozenset({"track_links", "track_forms", "trackLink", "trackForm"})  # after the element that is clicked
_LABELS = ("event", "event_name", "eventName", "Event", "name", "Name")
_KIT = re.compile(r"(?i)mixpanel|analytics|segment|customer_?io|\b_?cio\b|\bcdp\b")
_KIT_IN_FILE = re.compile(
    rb"(?i)mixpanel|segmentio|@segment/|segment\.analytics|com\.segment|import segment|customer[-_.]?io|"
    rb"analytics-(?:node|ruby|go)"
)
_CUSTOMERIO = re.compile(r"(?i)customer_?io|\b_?cio\b")


@dataclass(frozen=True)
class TrackingCall:
    """One call that sends an event.

    Attributes:
        event: The event's name as the call has it.
        path: The file.
        line: The line of the name.
        trimmed: Customer.io receives it, which does not count spaces around a name.
    """

    event: str
    path: str
    line: int
    trimmed: bool


def tracking_calls(snapshot: Snapshot, wrappers: Iterable[str], constants: Constants) -> list[TrackingCall]:
    """Every call whose event can be told, sorted by place; a name is looked up in `constants`."""
    own = frozenset(wrapper.rsplit(".", 1)[-1].rsplit(":", 1)[-1].strip() for wrapper in wrappers)
    names = own | METHODS.keys()
    pattern = re.compile(
        rb"(?<![A-Za-z0-9_$])(?:" + b"|".join(re.escape(name.encode()) for name in sorted(names)) + rb")\b"
    )
    found: set[TrackingCall] = set()
    for file in snapshot.with_words(name.strip("$@").encode() for name in names):
        if not file.is_catalogue:
            found.update(_calls_in(file, pattern, own, constants))
    return sorted(found, key=lambda call: (call.path, call.line, call.event))


def _calls_in(
    file: CodeFile, pattern: re.Pattern[bytes], own: frozenset[str], constants: Constants
) -> Iterator[TrackingCall]:
    source = file.source
    kit_in_file = bool(_KIT_IN_FILE.search(file.content))
    for match in pattern.finditer(source.content):
        method = match[0].decode()
        follows = source.content[match.end() : match.end() + 40].lstrip()[:1]
        if (
            method not in own
            and not kit_in_file
            and b"." not in source.content[max(0, match.start() - 2) : match.start()]
        ):
            continue
        if follows in (b"", b"=", b";", b",", b")", b"}", b"]", b"."):
            continue
        tokens = source.tokens_around_call(match.start())
        at = next((i for i, token in enumerate(tokens) if token.start == match.start()), None)
        if at is None or not (method in own or _is_kit(tokens[:at], method, kit_in_file)):
            continue
        receiver = "".join(token.text for token in tokens[:at])
        given = arguments_of(tokens, at + 1, source.language)
        event = _event_of(given, method, source.language, own=method in own)
        for name in _values(event, constants, file.path):
            trimmed = bool(_CUSTOMERIO.search(receiver)) or (
                method not in own and b"customerio" in file.content.lower()
            )
            yield TrackingCall(name, file.path, event[0].line, trimmed)


def _is_kit(before: list[Token], method: str, kit_in_file: bool) -> bool:
    receiver = "".join(token.text for token in before)
    if method == "builder":
        return receiver.endswith("TrackMessage.")
    if method == "event":
        return "messagebuilder" in receiver.lower() or (receiver.lower().endswith("builder.") and kit_in_file)
    if method == "NewEvent":
        return kit_in_file
    return bool(_KIT.search(receiver)) or kit_in_file


def _event_of(given: list[Argument], method: str, language: Language, *, own: bool) -> list[Token]:
    """The tokens of the argument that holds the event's name; empty where it cannot be told."""
    plain = [argument for argument in given if argument.label is None]
    position = METHODS.get(method, {}).get(language, 1 if method in _SECOND else 0)
    if own:
        literal = next((a for a in plain if a.is_literal), None)
        if literal:
            return literal.tokens
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


def _values(tokens: list[Token], constants: Constants, path: str) -> list[str]:
    if not tokens:
        return []
    if len(tokens) == 1 and tokens[0].is_string:
        return [tokens[0].value] if tokens[0].value is not None and tokens[0].value.strip() else []
    if any(token.is_string or token.text in ("+", "(") for token in tokens):
        return []  # put together while running
    for token in reversed(tokens):
        values = constants.values(token.text, path) if token.is_name else set()
        if len(values) == 1:
            return [value for value in values if value.strip()]
    return []
