"""The properties of what waits, sealed as they are written where a key is set: unreadable to who has only the file.

One key is set for a process; without one they are written as they are, and what is so is read with a key, too.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Protocol

from storage.errors import StorageError
from storage.outbox.connection.outbox_connection import Connection

SEALED = "~"
"""What no JSON object begins with."""
CANNOT_OPEN = "null"
"""In the place of properties that were sealed with another key."""
_TABLES = ("event_queue", "device_event", "held_event", "letter")


class _Cipher(Protocol):
    def seal(self, text: str) -> str: ...
    def open(self, text: str) -> str: ...


class _Keys:
    cipher: _Cipher | None = None


def use_keys(keys: Sequence[str]) -> None:
    """Seal with the first of these keys from now on, and open with any; with none as it was before there were any.

    Raises:
        StorageError: what seals is not installed.
    """
    _Keys.cipher = _cipher(keys) if keys else None


def seal(text: str) -> str:
    """The text as it is written; what is sealed stays so."""
    return text if _Keys.cipher is None or text.startswith(SEALED) else _Keys.cipher.seal(text)


def opened(text: str) -> str:
    """The text as it was; CANNOT_OPEN where no key that is set opens it."""
    if not text.startswith(SEALED):
        return text
    return CANNOT_OPEN if _Keys.cipher is None else _Keys.cipher.open(text)


def refuse_lost_key(connection: Connection) -> None:
    """Raises StorageError where the newest of what waits, is held or dead cannot be opened."""
    for table in _TABLES:
        row = connection.execute(
            f"SELECT body FROM {table} WHERE body LIKE '{SEALED}%' ORDER BY received DESC LIMIT 1"  # noqa: S608
        ).fetchone()
        if row is not None and opened(row[0]) == CANNOT_OPEN:
            raise StorageError(
                "What waits was sealed with another key than CAMPAIGN_HEALTH_ROUTE_ENCRYPTION_KEY has.",
                "Set that one again. While a key is changed: the new one, a comma, and the old one.",
            )


def _cipher(keys: Sequence[str]) -> _Cipher:
    try:
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet
    except ImportError as failure:
        raise StorageError(
            f"CAMPAIGN_HEALTH_ROUTE_ENCRYPTION_KEY is set, and what seals with it cannot be loaded: {failure}.",
            "Install it: pip install cryptography (the extra `sign-in` brings it).",
        ) from failure
    known = MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(one.encode()).digest())) for one in keys])

    class Cipher:
        def seal(self, text: str) -> str:
            return SEALED + known.encrypt(text.encode("utf-8", "surrogatepass")).decode()

        def open(self, text: str) -> str:
            try:
                return known.decrypt(text.removeprefix(SEALED)).decode("utf-8", "surrogatepass")
            except InvalidToken:
                return CANNOT_OPEN

    return Cipher()
