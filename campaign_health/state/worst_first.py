"""The one order in which broken campaigns are told: in `status`, in the digest and on the dashboard."""

from __future__ import annotations

from typing import Protocol

from campaign_health.words.status import BROKEN


class Costly(Protocol):
    """An incident with what it costs; None where that is not known."""

    @property
    def kind(self) -> str: ...
    @property
    def campaign(self) -> str: ...
    @property
    def dollars_a_week(self) -> float | None: ...
    @property
    def missed_a_day(self) -> float | None: ...


def worst_first(incident: Costly) -> tuple[float, float, int, str]:
    """A key to sort by: most money a week, then most missed sends a day, then the worst kind, then the name."""
    worth = -(incident.dollars_a_week or 0.0), -(incident.missed_a_day or 0.0)
    return *worth, BROKEN.index(incident.kind) if incident.kind in BROKEN else len(BROKEN), incident.campaign
