"""What an answer of Customer.io's Track API means for the events that were sent: pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["taken", "halve", "refused", "key", "slower", "again"]
_REASON, _FIELD = re.compile(r"[A-Za-z_]{1,60}"), re.compile(r"[A-Za-z0-9_.$\[\] -]{1,100}")
"""Words and names: a sentence may have somebody in it, and would make a group of letters of its own."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of the events of one request.

    `taken`: all but `refused` (place in the batch to Customer.io's reason and field) were accepted. `halve`: the whole
    was refused, and one of it is to blame. `refused`: the only one is to blame. `key`: our key is wrong, nothing is to
    blame. `slower`: wait `wait_seconds` (None: not said). `again`: nobody knows whether it was accepted.
    """

    kind: Kind
    refused: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    wait_seconds: float | None = None


def verdict_of(status: int, text: str, number: int, retry_after: float | None = None) -> Verdict:
    """The verdict on an answer to `number` events.

    Args:
        status: The HTTP status.
        text: The body's beginning.
        number: How many events the request had.
        retry_after: Seconds that the answer asks to wait.
    """
    if status == 200 and _is_object(text):
        return Verdict("taken")
    if status == 207:
        refused = _refused(text, number)
        return Verdict("again") if refused is None else Verdict("taken", refused)
    if status in (401, 403):
        return Verdict("key")
    if status == 429:
        return Verdict("slower", wait_seconds=retry_after)
    if status in (400, 413, 422):
        return Verdict("halve") if number > 1 else Verdict("refused", {0: _reason(text, status)})
    return Verdict("again", wait_seconds=retry_after)


def _is_object(text: str) -> bool:
    # A web page with 200 comes from something in between, which took nothing in.
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _refused(text: str, number: int) -> dict[int, tuple[str, str]] | None:
    try:
        found = {int(one["batch_index"]): _named(one) for one in json.loads(text)["errors"]}
    except (ValueError, KeyError, TypeError):
        return None
    return found if found.keys() <= set(range(number)) else None


def _reason(text: str, status: int) -> tuple[str, str]:
    try:
        return _named(json.loads(text)["errors"][0])
    except (ValueError, KeyError, TypeError, IndexError):
        return str(status), ""


def _named(error: Any) -> tuple[str, str]:
    named = error if isinstance(error, Mapping) else {}
    reason, where = (str(named.get(name) or "") for name in ("reason", "field"))
    return reason if _REASON.fullmatch(reason) else "refused", where if _FIELD.fullmatch(where) else ""
