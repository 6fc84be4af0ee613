"""Which part of a tracking call holds its event's properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaign_health.check.code.properties.given_properties import NONE_GIVEN, OPAQUE, GivenProperties
from campaign_health.check.code.properties.property_objects import ObjectReader
from campaign_health.check.code.syntax.languages import (
    CSHARP,
    ELIXIR,
    JAVA,
    KOTLIN,
    PHP,
    PYTHON,
    RUBY,
    SCALA,
    SWIFT,
    Language,
)
from campaign_health.check.code.syntax.source import Token
from campaign_health.check.code.syntax.token_groups import (
    closing,
    expression_from,
    inside,
    is_whole,
    opens,
    split,
    type_arguments_end,
)

PROPERTIES = frozenset(
    {
        *("properties", "Properties", "props", "data", "Data", "attributes", "eventProperties", "event_properties"),
        *("payload", "params", "parameters", "eventData", "event_data", "eventProps", "withProperties"),
        *("withEventProperties",),
    }
)
_PROPERTIES_OF_OWN = PROPERTIES | {"metadata", "extra", "details", "fields", "eventMetadata"}
EVENT_LABELS = frozenset({"event", "event_name", "eventName", "Event", "name", "Name", "type"})
# Keyword arguments of the kits' own calls, which are no properties.
_BESIDES = EVENT_LABELS | frozenset(
    {
        *("user_id", "userId", "UserId", "anonymous_id", "anonymousId", "customer_id", "distinct_id", "distinctId"),
        *("id", "timestamp", "context", "integrations", "message_id", "messageId", "meta", "user", "callback"),
    }
)
_SKIPS_ONE = frozenset({"NewEvent"})  # the user stands between the event and its properties


_LABELLED_BY: dict[Language, tuple[str, ...]] = {
    PYTHON: ("=", ":"),
    CSHARP: ("=", ":"),
    **dict.fromkeys((RUBY, PHP, ELIXIR), (":", "=>")),
    **dict.fromkeys((KOTLIN, SCALA), ("=",)),
    JAVA: (),
}


@dataclass(frozen=True)
class _Part:
    label: str | None
    tokens: list[Token]
    whole: list[Token]

    def holds(self, start: int) -> bool:
        return any(token.start == start for token in self.whole)


def call_end(tokens: Sequence[Token], at: int, language: Language) -> tuple[int, list[list[Token]]]:
    """Where the call of the name at `at` ends, and its arguments."""
    index = at + 1
    while index < len(tokens) and tokens[index].text in ("?.", "!", "?", "!!"):
        index += 1
    if index < len(tokens) and tokens[index].text == "<":
        index = type_arguments_end(tokens, index) or index
    if index < len(tokens) and tokens[index].text in ("(", "{"):
        end = closing(tokens, index) + 1
        arguments = split(inside(tokens, index), ",")
        if language in (KOTLIN, SWIFT) and end < len(tokens) and tokens[end].text == "{":
            block_end = closing(tokens, end) + 1  # a block after the brackets is one more argument
            return block_end, [*arguments, list(tokens[end:block_end])]
        return end, arguments
    if language not in (RUBY, ELIXIR):
        return index, []
    parts: list[list[Token]] = []
    while index < len(tokens):
        part = expression_from(tokens, index)
        parts += [part] if part else []
        index += len(part)
        if not part or index >= len(tokens) or tokens[index].text != ",":
            break
        index += 1
    return index, parts


def properties_of(
    reader: ObjectReader,
    language: Language,
    method: str,
    arguments: Sequence[Sequence[Token]],
    event_at: int,
    *,
    own: bool,
) -> GivenProperties:
    """The properties of a call whose event's name begins at the byte offset `event_at`."""
    parts = [_part(argument, language) for argument in arguments]
    labels = _PROPERTIES_OF_OWN if own else PROPERTIES
    for part in parts:
        if part.label in labels:
            return reader.read(part.tokens)
    at = next((index for index, part in enumerate(parts) if part.holds(event_at)), None)
    if at is None:
        return OPAQUE
    event = parts[at]
    if event.tokens and opens(event.tokens[0]) and event.label is None:
        return _of_message(reader, language, event.tokens, own=own)
    rest = parts[at + 1 :] if event.label is None else [part for part in parts if part is not event]
    named = [part for part in rest if part.label is not None or part.whole[0].text in ("**", "...")]
    plain = [part for part in rest if part not in named]
    if event.label is not None and language not in (PYTHON, RUBY, ELIXIR):
        plain = [part for part in plain if part.whole[0].start > event.whole[0].start]
    elif event.label is not None:
        plain = []
    plain = plain[1:] if method in _SKIPS_ONE else plain
    if plain:
        return _of_plain(reader, plain, own=own)
    if language in (PYTHON, RUBY, ELIXIR):
        found = NONE_GIVEN
        for part in named:
            if part.label not in _BESIDES or part.label is None:
                found = found.merged(reader.named(part.whole))
        return found
    return NONE_GIVEN if not named or all(part.label in _BESIDES for part in named) else OPAQUE


def _of_plain(reader: ObjectReader, plain: Sequence[_Part], *, own: bool) -> GivenProperties:
    first = reader.read(plain[0].tokens)
    if first != OPAQUE or not own:
        return first
    written = [part for part in plain if part.tokens and opens(part.tokens[0])]
    return reader.read(written[0].tokens) if len(written) == 1 else OPAQUE


def _of_message(reader: ObjectReader, language: Language, tokens: list[Token], *, own: bool) -> GivenProperties:
    """`{userId, event: "e", properties: {…}}`."""
    parts = [_part(part, language) for part in split(tokens[1:-1], ",")]
    for part in parts:
        if part.label in PROPERTIES:
            return reader.read(part.tokens or part.whole)
        if len(part.whole) == 1 and part.whole[0].text in PROPERTIES:
            return reader.read(part.whole)  # `{event, properties}`
    spread = any(part.whole[0].text in ("...", "**") for part in parts)
    if own:
        return reader.entries([part.whole for part in parts if part.label not in _BESIDES])
    return OPAQUE if spread or not is_whole(tokens, "{") else NONE_GIVEN


def _part(tokens: Sequence[Token], language: Language) -> _Part:
    found = list(tokens)
    marks = _LABELLED_BY.get(language, (":",))
    if len(found) > 1 and found[1].text in marks and not found[1].is_string and (found[0].is_name or found[0].value):
        label = found[0].value if found[0].value is not None else found[0].text
        value = found[2:] if len(found) > 2 else found[:1]
        return _Part(label, value, found)
    return _Part(None, found, found)
