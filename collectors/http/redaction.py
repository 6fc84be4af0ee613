"""Takes secrets out of everything that a person or a log may see."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, unquote, urlsplit

HIDDEN = "***"
SHORTEST_SECRET = 4
SHORTEST_KEY = 16  # in an address: a shorter part of it is a word, such as "services"
_PASSWORD = re.compile(r"://[^:/@]*:(.*)@")
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def secrets_of(address: str) -> tuple[str, ...]:
    """What must not be shown of an address that is a secret itself: all of it but scheme and host."""
    parts = urlsplit(address)
    path_and_query = f"{parts.path}?{parts.query}"
    keys = [part for part in re.split(r"[/?&=]", path_and_query) if len(part) >= SHORTEST_KEY]
    return (address, path_and_query, parts.path, parts.path.strip("/"), parts.query, parts.password or "", *keys)


def keys_of_database(address: str) -> tuple[str, ...]:
    """What must not be shown of a database's address: the whole, its password, and options longer than a word."""
    # Not by `urlsplit`, which refuses what a person may well write.
    password = _PASSWORD.search(address)
    options = [one.partition("=")[2] for one in address.partition("?")[2].split("&")]
    keys = [*(one for one in options if len(one) >= SHORTEST_KEY), password[1] if password else ""]
    return (address, *keys, *map(unquote, keys))


class Redactor:
    """Knows the secrets of one client, in each of the forms in which they travel."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms: set[str] = set()
        for secret in secrets:
            if len(secret) >= SHORTEST_SECRET:
                encoded = base64.b64encode(secret.encode()).decode()
                forms |= {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}
                forms |= {encoded, encoded.rstrip("="), quote(encoded, safe="")}
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """`text` with every secret replaced by `***`: plain, URL-encoded, Base64, or before an address's `@`."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return _USER_INFO.sub(HIDDEN, text)
