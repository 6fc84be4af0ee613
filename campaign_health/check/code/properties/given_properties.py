"""The properties that one call gives its event, as far as the code shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from campaign_health.manifest.schema import PropertyType


@dataclass(frozen=True)
class GivenProperty:
    """One key with its value.

    Attributes:
        key: The property's name.
        text: The value's expression, without its layout.
        kind: The type of the value, where its syntax tells; None where it does not.
        line: The line of the key, from 1.
    """

    key: str
    text: str
    kind: PropertyType | None
    line: int


@dataclass(frozen=True)
class GivenProperties:
    """The keys that are certainly or possibly there; `closed` says that there are no others."""

    known: Mapping[str, GivenProperty] = field(default_factory=dict)
    closed: bool = False

    def merged(self, later: GivenProperties) -> GivenProperties:
        """These and those, of which the later ones win."""
        return GivenProperties({**self.known, **later.known}, self.closed and later.closed)

    def opened(self) -> GivenProperties:
        """The same keys, beside which there may be others."""
        return GivenProperties(self.known)

    def lacks(self, key: str) -> bool:
        """Whether it is certain that a key is not there."""
        return self.closed and key not in self.known


OPAQUE = GivenProperties()
NONE_GIVEN = GivenProperties(closed=True)
