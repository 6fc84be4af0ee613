"""The few figures on top of the overview, and which incidents and campaigns each of them is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from campaign_health.state.incident import Incident
from campaign_health.state.overview import Overview
from campaign_health.state.standing import RiskAWeek
from campaign_health.words.status_words import BROKEN

Figure = Literal["risk", "missed", "broken", "worked_on", "unchecked"]
FIGURES: tuple[Figure, ...] = ("risk", "missed", "broken", "worked_on", "unchecked")


@dataclass(frozen=True)
class KeyFigures:
    """What is at risk a week; the missed sends of all that is broken so far (the muted too, of the whole numbers that
    each is told with, None where none is known); and campaigns that are broken, broken and worked on, not checked.
    """

    risk: RiskAWeek
    missed_sends: int | None
    broken: int
    worked_on: int
    unchecked: int


def key_figures(overview: Overview) -> KeyFigures:
    """The figures of an overview; they are those of its sentence."""
    missed = [one.missed_sends for one in (*overview.standing.broken, *overview.standing.muted)]
    known = [max(0, round(value)) for value in missed if value is not None]
    return KeyFigures(
        risk=overview.standing.risk,
        missed_sends=sum(known) if known else None,
        broken=sum(overview.counts.get(status, 0) for status in BROKEN),
        worked_on=len(campaigns_of_figure(overview, "worked_on")),
        unchecked=overview.counts.get("not_collected", 0),
    )


def of_figure(overview: Overview, figure: Figure) -> tuple[Incident, ...]:
    """The incidents that a figure is of, worst first; what could not be checked has none."""
    standing = overview.standing
    if figure == "broken":
        return standing.broken
    if figure == "worked_on":
        return tuple(one for one in standing.broken if one.is_worked_on)
    losing = (*standing.broken, *standing.muted)
    if figure == "risk":
        return tuple(one for one in losing if one.risk_a_week or one.unpriced)
    if figure == "missed":
        return tuple(one for one in losing if one.missed_sends and round(one.missed_sends) > 0)
    return ()


def campaigns_of_figure(overview: Overview, figure: Figure) -> frozenset[tuple[str, int]]:
    """Workspace and id of the campaigns that a figure is of."""
    if figure == "unchecked":
        held = {(one.workspace, number) for one in _held(overview) for number in one.of_campaigns}
        found = ((one.workspace, one.campaign_id) for one in overview.campaigns if one.status == "not_collected")
        return frozenset(one for one in found if one not in held)
    return frozenset((one.workspace, number) for one in of_figure(overview, figure) for number in one.of_campaigns)


def _held(overview: Overview) -> tuple[Incident, ...]:
    return (*overview.standing.broken, *overview.standing.muted, *overview.standing.intended)
