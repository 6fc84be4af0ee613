"""Properties that the code gives to every event at one place, so that single calls need not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from campaign_health.check.code.files.snapshot import CodeFile, anchor_of
from campaign_health.check.code.properties.property_locals import Locals
from campaign_health.check.code.sending.tracking_calls import METHODS
from campaign_health.check.code.syntax.functions import functions_around
from campaign_health.check.code.syntax.piece import Token
from campaign_health.check.code.syntax.token_groups import inside, split

_FOR_ALL = frozenset(
    {
        *("register", "register_once", "registerOnce", "registerSuperProperties", "registerSuperPropertiesOnce"),
        *("registerSuperPropertiesMap", "setSuperProperties", "setGlobalProperties", "setDefaultProperties"),
    }
)


def gives_to_all(files: Iterable[CodeFile], key: str, own: Collection[str]) -> bool:
    """Whether a key is given to every event: by `register`, or where a function passes on an event it was given."""
    senders = METHODS.keys() | {name.rsplit(".", 1)[-1].strip() for name in own}
    words = [name.strip("$@").encode() for name in senders | _FOR_ALL]
    anchor = anchor_of(key)
    for file in files:
        may = (anchor is None or anchor in file.words) and not file.words.isdisjoint(words)
        if may and not file.is_catalogue and key in _in_file(file, senders):
            return True
    return False


def _in_file(file: CodeFile, senders: Collection[str]) -> set[str]:
    tokens = file.source.tokens
    found: set[str] = set()
    for index, token in enumerate(tokens[:-1]):
        for_all = token.text in _FOR_ALL
        if not token.is_name or tokens[index + 1].text != "(" or not (for_all or token.text in senders):
            continue
        arguments = split(inside(tokens, index + 1), ",")
        if for_all or _passes_an_event_on(arguments):
            found |= _keys(file, token, arguments)
    return found


def _passes_an_event_on(arguments: Sequence[Sequence[Token]]) -> bool:
    """Whether the event is a name, rather than a string, and something else is given beside it."""
    if len(arguments) < 2 or any(len(argument) == 1 and argument[0].is_string for argument in arguments):
        return False
    return any(len(argument) == 1 and argument[0].is_name and argument[0].text[0].islower() for argument in arguments)


def _keys(file: CodeFile, called: Token, arguments: Iterable[Sequence[Token]]) -> set[str]:
    source = file.source
    around = functions_around(source, called.start)
    reader = Locals(around, source.language_at(called.start), lambda _: None, called.start, lambda _: True).reader
    found: set[str] = set()
    for argument in arguments:
        labelled = len(argument) > 2 and argument[1].text in (":", "=")
        found |= reader.read(argument[2:] if labelled else argument).known.keys()
    return found
