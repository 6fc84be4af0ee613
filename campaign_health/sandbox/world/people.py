"""The made-up people of a world: one for each event of a day and each message, the same in both services."""

from __future__ import annotations

import re
import zlib

PEOPLE = 100_003
"""How many there are; a prime, so that the people of a day are all different."""


def person_id(day: int, number: int) -> str:
    """Who the event, or the message, of that number within a day (both from 0) is about."""
    return f"u-{(number * 7919 + day * 31) % PEOPLE}"


def address_of(person: str) -> str:
    """A person's e-mail address."""
    return f"{person}@people.example"


def is_made_up(person: str) -> bool:
    """Whether it is one of the world's people; everybody else is a stranger, known by what names them."""
    return re.fullmatch(r"u-\d+", person, re.ASCII) is not None


def identifiers(person: str) -> dict[str, str | None]:
    """A person as Customer.io names people."""
    if is_made_up(person):
        return {"id": person, "email": address_of(person), "cio_id": f"a{int(person[2:]):07x}"}
    address = person if "@" in person else None
    named = None if address or person.startswith("+") else person
    return {"id": named, "email": address, "cio_id": f"b{zlib.crc32(person.encode()):08x}"}


def person_named(kind: str, value: str) -> str:
    """Who is meant by an identifier of that kind."""
    if kind == "email":
        return value.removesuffix(address_of(""))
    found = re.fullmatch(r"a([0-9a-f]{7,})", value) if kind == "cio_id" else None
    return f"u-{int(found[1], 16)}" if found else value
