"""The made-up people of a world: one for each event of a day and each message, the same in both services."""

from __future__ import annotations

PEOPLE = 100_003
"""How many there are; a prime, so that the people of a day are all different."""


def person_id(day: int, number: int) -> str:
    """Who the event, or the message, of that number within a day (both from 0) is about."""
    return f"u-{(number * 7919 + day * 31) % PEOPLE}"


def address_of(person: str) -> str:
    """A person's e-mail address."""
    return f"{person}@people.example"


def identifiers(person: str) -> dict[str, str]:
    """A person as Customer.io names people."""
    return {"id": person, "email": address_of(person), "cio_id": f"a{int(person[2:]):07x}"}
