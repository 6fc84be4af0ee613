"""What opens a workspace's doors, compared in constant time."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass

BEARER, BASIC = "bearer", "basic"


@dataclass(frozen=True)
class DoorKeys:
    """The tokens (a second one while one is changed), and what lets browsers in: both parts, or none.

    Attributes:
        tokens: Whoever has one is a server of the workspace's owner.
        mixpanel_token: The Mixpanel project's, which every visitor of the site can read.
        origins: The sites whose pages may send, as browsers write them.
        trusts_browsers: Whether e-mail addresses and profile attributes are taken from them.
    """

    tokens: tuple[str, ...]
    mixpanel_token: str | None = None
    origins: frozenset[str] = frozenset()
    trusts_browsers: bool = False

    def is_token(self, given: str) -> bool:
        """Whether it is one of the tokens."""
        return any(_is_same(given, one) for one in self.tokens)

    def is_public_token(self, given: str) -> bool:
        """Whether it is the Mixpanel project's token."""
        return self.mixpanel_token is not None and _is_same(given, self.mixpanel_token)

    def is_known_site(self, origin: str | None) -> bool:
        """Whether pages of this origin may send."""
        return origin is not None and origin.lower() in self.origins

    def opens(self, authorization: str, kinds: frozenset[str]) -> bool:
        """Whether the header `Authorization` has a token, in one of these kinds; in Basic as name or password."""
        kind, _, given = authorization.partition(" ")
        kind, given = kind.lower(), given.strip()
        if kind not in kinds:
            return False
        if kind == BEARER:
            return self.is_token(given)
        try:
            name, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except ValueError:
            return False
        return self.is_token(name) or self.is_token(password)


def _is_same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
