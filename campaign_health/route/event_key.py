"""What makes an event the same, whoever sends it and however often: its key, and its ULID for Customer.io."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

KEY_BYTES = 16
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80


def event_key(workspace: str, event: str, properties: Mapping[str, Any], person: str, seconds: int) -> bytes:
    """The key of an event: of its `$insert_id`, else of its person (or device) and its time in whole Unix seconds.

    The time is not in the first form, since one event has fractions of a second in the app and none in the export; nor
    is the person, since merging two people gives an event another one.
    """
    insert_id = properties.get("$insert_id")
    named = isinstance(insert_id, str) and insert_id != ""
    text = f"{workspace}\n{event}\nid\n{insert_id}" if named else f"{workspace}\n{event}\nat\n{person}\n{seconds}"
    # Anybody can send half a character as an id.
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def key_of_ulid(ulid: str) -> bytes | None:
    """The beginning of the key that a ULID was made of; None for what is no ULID."""
    if len(ulid) != 26 or not set(ulid.upper()) <= set(_SIGNS):
        return None
    number = 0
    for sign in ulid.upper():
        number = number << 5 | _SIGNS.index(sign)
    return (number & (1 << _RANDOM_BITS) - 1).to_bytes(_RANDOM_BITS // 8)


def ulid_of(key: bytes, seconds: int) -> str:
    """The ULID of the event of this key at this instant (Unix seconds): always the same for the same event.

    26 signs of Crockford's base 32 (github.com/ulid/spec): 48 bits of milliseconds, then the key's first 80 bits.
    """
    number = (seconds * 1000) << _RANDOM_BITS | int.from_bytes(key[: _RANDOM_BITS // 8])
    return "".join(_SIGNS[number >> shift & 31] for shift in range(125, -1, -5))
