"""Which lanes are a listener's: all of them with a file, its share where several listeners have one database."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from storage.outbox.connection.outbox_connection import Place, PostgresPlace

GROUPS = 64
"""Lanes go from listener to listener in so many groups."""
EVERY_GROUP = frozenset(range(GROUPS))


class LaneGroups(Protocol):
    """The groups of lanes whose events a listener may send."""

    def look(self, busy: Collection[int]) -> frozenset[int]:
        """Those that are its own now. None of `busy`, of which a request is out, is given away; but it can be lost."""

    def close(self) -> None:
        """Leave all of them to others."""


class _Alone:
    def look(self, busy: Collection[int]) -> frozenset[int]:
        return EVERY_GROUP

    def close(self) -> None:
        pass


def lane_groups(place: Place, workspace: str) -> LaneGroups:
    """The groups of one workspace's lanes, for one listener on a place."""
    if not isinstance(place, PostgresPlace):
        return _Alone()
    from storage.outbox.connection.shared_groups import SharedGroups

    return SharedGroups(place.url, workspace, GROUPS)
