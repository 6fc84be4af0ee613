"""Takes secrets out of everything that a person or a log may see."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST_SECRET = 4
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")


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
