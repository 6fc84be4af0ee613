"""A fault written in one word or a few, as on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campaign_health.sandbox.errors import UnknownFault
from campaign_health.sandbox.faults import Fault

EXAMPLE = "server_error,endpoint=customerio.metrics,at=3,times=always"


def fault_from_text(text: str) -> Fault:
    """The fault of a text such as ``server_error,endpoint=customerio.metrics,at=3,times=always``.

    The first word is the kind; the rest are a `Fault`'s fields. ``times=always`` is for ever, ``retry_after=none`` a
    429 without the header.

    Raises:
        UnknownFault: for a kind, field or value that does not exist.
    """
    kind, *rest = [part.strip() for part in text.split(",")]
    details: dict[str, Any] = {}
    for part in rest:
        name, equals, value = part.partition("=")
        if not equals or name not in _READ:
            raise UnknownFault(f"{part!r} in fault {text!r} is no field.", f"Write it like {EXAMPLE}.")
        try:
            details[name] = _READ[name](value)
        except ValueError:
            raise UnknownFault(
                f"{part!r} in fault {text!r} has no fitting value.", f"Write it like {EXAMPLE}."
            ) from None
    return Fault(kind, **details)


def _place(value: str) -> str | int:
    return int(value) if value.isdecimal() else value


def _number_or_none(value: str) -> int | None:
    return None if value in ("none", "always") else int(value)


_READ: dict[str, Callable[[str], Any]] = {
    "endpoint": str,
    "at": _place,
    "times": _number_or_none,
    "campaign": int,
    "parameter": str,
    "retry_after": _number_or_none,
    "seconds": float,
    "status": int,
    "of": int,
}
