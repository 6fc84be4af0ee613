"""The calls that send certain events, each with the properties that the code shows."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from campaign_health.check.code.files.snapshot import CodeFile, Snapshot, anchor_of
from campaign_health.check.code.properties.given_properties import OPAQUE, GivenProperties
from campaign_health.check.code.properties.property_arguments import EVENT_LABELS, PROPERTIES, call_end, properties_of
from campaign_health.check.code.properties.property_locals import Locals
from campaign_health.check.code.sending.constants import Constants
from campaign_health.check.code.sending.tracking_calls import METHODS, CallReader, own_name
from campaign_health.check.code.sending.wrappers import Wrapper
from campaign_health.check.code.syntax.functions import function_name_around, functions_around, statement_around
from campaign_health.check.code.syntax.languages import JAVA, KOTLIN, PYTHON, SCALA
from campaign_health.check.code.syntax.source import Token
from campaign_health.check.code.syntax.token_groups import closing, inside, opener_of, split, text_of

_LOGS = frozenset(
    "log debug info notice warn warning error print println printf Println Printf Errorf puts NSLog".split()  # noqa: SIM905
)
# How functions are called, or what they belong to, that send events; mails and translations have names, too.
_MAY_SEND = re.compile(
    r"(?i)track|event|emit|send|log|captur|record|publish|push|dispatch|report|analytic|notif|fire|trigger|collect|"
    r"segment|mixpanel|telemetry|metric|customer_?io"
)
_SENDS_SOMETHING_ELSE = re.compile(r"(?i)mail|sms|i18n|transl|template|console")
# What does not change the object that it is given.
_HARMLESS = METHODS.keys() | _LOGS | {"identify", "stringify", "keys", "values", "len", "isinstance", "capture"}
_NOT_CALLS = frozenset({"if", "switch", "while", "case", "when", "return", "on", "off", "once", "addEventListener"})


@dataclass(frozen=True)
class PropertyCall:
    """One call that sends an event.

    Attributes:
        event: The event's name as the call has it, without spaces around it.
        path: The file.
        line: The line of the event's name.
        function: The name of the function around the call; None at the file's top.
        called: The name of the function called.
        text: The call as it is written, without its layout.
        given: Its properties.
        is_kits: It is a call of a known kit or of the manifest's own functions, and not one that only looks like it.
    """

    event: str
    path: str
    line: int
    function: str | None
    called: str
    text: str
    given: GivenProperties
    is_kits: bool


@dataclass(frozen=True)
class _Place:
    """Where a call stands: the offsets of the called name and of the event's name."""

    event: str
    line: int
    at: int
    named_at: int
    own: bool
    is_kits: bool


class PropertyCallReader:
    """Reads the calls of certain events; a call in a file that did not change is read once."""

    def __init__(
        self,
        own: Iterable[str],
        watched: Collection[str],
        unwatched: Iterable[str],
        shapes: Mapping[str, Wrapper] | None = None,
    ) -> None:
        own = [*own, *(shapes or {})]
        self._calls = CallReader(own, known=unwatched, shapes=shapes)
        self._watched = frozenset(watched)
        self._anchors = [anchor for name in self._watched if (anchor := anchor_of(name)) is not None]
        self._own = frozenset(own_name(name) for name in own)
        self._read: dict[tuple[int, int, int], PropertyCall | None] = {}

    def calls(self, snapshot: Snapshot, changed: Collection[str]) -> list[PropertyCall]:
        """The calls of the watched events, by place.

        In `changed` files every call counts whose argument is an event's name: which function sends is often not
        known, and what such a call lost, it lost whatever it does.
        """
        constants = Constants(snapshot)
        places: dict[str, list[_Place]] = {}
        for call in self._calls.calls(snapshot):
            if call.event.strip() in self._watched:
                place = _Place(call.event.strip(), call.line, call.at, call.named_at, call.own, is_kits=True)
                places.setdefault(call.path, []).append(place)
        for file in snapshot.with_words(self._anchors) if changed else ():
            if file.path in changed and not file.is_catalogue:
                known = places.setdefault(file.path, [])
                known += self._other_calls(file, {place.named_at for place in known})
        found = []
        for path, of_file in sorted(places.items()):
            for place in sorted(of_file, key=lambda place: place.named_at):
                one = self._call_at(snapshot.files[path], place, constants)
                found += [one] if one is not None else []
        return found

    def _other_calls(self, file: CodeFile, known: Collection[int]) -> Iterator[_Place]:
        for literal in file.source.literals:
            if literal.value.strip() not in self._watched or literal.start in known:
                continue
            tokens = statement_around(file.source, literal.start)
            at = _called_with(tokens, literal.start)
            if at is not None and tokens[at].text not in _LOGS and _may_send(tokens, at):
                yield _Place(
                    literal.value.strip(), literal.line, tokens[at].start, literal.start, own=True, is_kits=False
                )

    def _call_at(self, file: CodeFile, place: _Place, constants: Constants) -> PropertyCall | None:
        known = (id(file), place.at, place.named_at)
        if known not in self._read:
            self._read[known] = self._call(file, place, constants)
        return self._read[known]

    def _call(self, file: CodeFile, place: _Place, constants: Constants) -> PropertyCall | None:
        source = file.source
        tokens = statement_around(source, place.at)
        at = _index_at(tokens, place.at)
        if at is None:
            return None
        end, arguments = call_end(tokens, at, source.language)
        local_names = Locals(
            functions=functions_around(source, place.at),
            language=source.language,
            resolve=lambda names: constants.resolve(names, file.path),
            call_at=tokens[at].start,
            harmless=lambda name: name in _HARMLESS or name in self._own,
        )
        reader = local_names.reader
        given = properties_of(reader, source.language, tokens[at].text, arguments, place.named_at, own=place.own)
        if source.language in (JAVA, KOTLIN, SCALA) and tokens[at].text == "builder":
            built = _builder_properties(tokens, end)
            given = reader.read(built) if built is not None else OPAQUE
        if place.own and source.language is PYTHON and tokens[0].text in ("with", "async"):
            given = given.opened()  # what `with … as handler:` yields may be given more
        return PropertyCall(
            event=place.event,
            path=file.path,
            line=place.line,
            function=function_name_around(source, place.at),
            called=tokens[at].text,
            text=text_of(tokens[at:end]),
            given=given,
            is_kits=place.is_kits,
        )


def _index_at(tokens: list[Token], start: int) -> int | None:
    index = bisect_left(tokens, start, key=lambda token: token.start)
    return index if index < len(tokens) and tokens[index].start == start else None


def _may_send(tokens: list[Token], at: int) -> bool:
    begin = at
    while begin >= 2 and tokens[begin - 1].text in (".", "?.", "::", "&.") and tokens[begin - 2].is_name:
        begin -= 2
    called = "".join(token.text for token in tokens[begin : at + 1])
    return bool(_MAY_SEND.search(called)) and not _SENDS_SOMETHING_ELSE.search(called)


def _called_with(tokens: list[Token], start: int) -> int | None:
    """The index of the name that is called with the string at an offset: `send("e", …)`, `send({name: "e", …})`."""
    at = _index_at(tokens, start)
    if at is None:
        return None
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    labelled = at > 1 and tokens[at - 1].text in (":", "=", "=>") and tokens[at - 2].text in EVENT_LABELS
    if after not in (",", ")", "}") or not (labelled or tokens[at - 1].text in ("(", ",")):
        return None
    opener = opener_of(tokens, at)
    if opener is not None and labelled and tokens[opener].text == "{":
        opener = opener_of(tokens, opener)
    if opener is None or opener == 0 or tokens[opener].text != "(" or not tokens[opener - 1].is_name:
        return None
    return None if tokens[opener - 1].text in _NOT_CALLS else opener - 1


def _builder_properties(tokens: list[Token], index: int) -> list[Token] | None:
    """What `.properties(…)` is given in the chain that goes on at `index`."""
    while index + 2 < len(tokens) and tokens[index].text == "." and tokens[index + 2].text == "(":
        arguments = split(inside(tokens, index + 2), ",")
        if tokens[index + 1].text in PROPERTIES and len(arguments) == 1:
            return arguments[0]
        index = closing(tokens, index + 2) + 1
    return None
