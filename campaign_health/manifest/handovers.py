"""Reviewed renames as windows in which a change is expected, for whoever watches the hand-over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from campaign_health.manifest.schema import Manifest

WINDOW_DAYS = 14  # how long a hand-over may take before silence under the new name is raised as a break


@dataclass(frozen=True)
class Handover:
    """One reviewed rename, as the monitor reads it.

    Attributes:
        old: The event's name so far (trimmed).
        new: Its name after all reviewed renames (trimmed): `a` to `b` and `b` to `c` hand over to `c`.
        since: The day from which the new name is expected; None when the manifest names no day, and then the
            hand-over is expected whenever the old name stops.
        until: The last day on which silence is still *hand-over in progress*; None without `since`.
        owner: Who answers for it.
    """

    old: str
    new: str
    since: date | None
    until: date | None
    owner: str | None

    def expects_drift_on(self, day: date) -> bool:
        """Whether a drift of the old or the new name on `day` is part of the hand-over."""
        if self.since is None or self.until is None:
            return True
        return self.since <= day <= self.until


def handovers(manifest: Manifest) -> list[Handover]:
    """The reviewed renames in the manifest's order, each leading to the newest name.

    The monitor reports an old event's end within the window as *hand-over in progress*, closes it when sends
    resume under the new event, and raises it when the window is over and they have not.
    """
    return [
        Handover(
            old=rename.old.strip(),
            new=manifest.newest_name(rename.old),
            since=rename.since,
            until=rename.since + timedelta(days=WINDOW_DAYS) if rename.since else None,
            owner=rename.owner,
        )
        for rename in manifest.renames
    ]
