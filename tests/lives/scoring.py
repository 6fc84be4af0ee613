"""How well the lives were told: found, why at first and at last, its end, its cost, and nothing untrue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from campaign_health.judge.source_incidents import SOURCE
from tests.lives.claims import claims
from tests.lives.life import PAST, WATCHED, Life
from tests.lives.project import FIRST
from tests.lives.watching import Seen, Watched

BUSY = 20.0
"""Sends a day from which on headlines are counted."""
TOLD_WITHIN = 2
"""Days after the repair within which its recovery should be told."""
COST_NEAR = 0.15


@dataclass
class Marks:
    """Counts over all lives; each list holds what was wrong, to be read."""

    breaks: int = 0
    found_after: list[int] = field(default_factory=list)
    unfound: list[str] = field(default_factory=list)
    first_right: int = 0
    last_right: int = 0
    headlines: int = 0
    wrong_headlines: list[str] = field(default_factory=list)
    repaired: int = 0
    told_in_time: int = 0
    late: list[str] = field(default_factory=list)
    ended_before_broken_day: list[str] = field(default_factory=list)
    costs: int = 0
    costs_near: int = 0
    wrong_costs: list[str] = field(default_factory=list)
    healthy_days: int = 0
    false_incidents: list[str] = field(default_factory=list)
    claims: int = 0
    untrue: Counter[str] = field(default_factory=Counter)

    def add(self, watched: Watched) -> None:
        """Adds a company's lives."""
        self.false_incidents += [
            f"{watched.project.seed}: {ones[0].row['opened_on']} of a source"
            for ones in watched.incidents_of(SOURCE).values()
            if _index(ones[0].row["opened_on"]) != watched.project.outage
        ]
        for life in watched.project.lives:
            told = watched.incidents_of(life.campaign_id)
            where = f"{watched.project.seed} campaign {life.campaign_id} ({life.kind})"
            for seen in [one for mornings in told.values() for one in mornings]:
                for claim in claims(watched.project, life, seen):
                    self.claims += 1
                    if not claim.holds:
                        self.untrue[f"{where}: {claim.text}"] += 1
            if life.is_well:
                self.healthy_days += WATCHED
                self.false_incidents += [
                    f"{where}: {ones[0].row['opened_on']} {ones[0].cause}" for ones in told.values()
                ]
            elif life.is_break:
                self._add_break(life, told, watched.project.failing, where)

    def _add_break(self, life: Life, told: dict[str, list[Seen]], failing: Collection[int], where: str) -> None:
        bad = life.bad or 0
        self.breaks += 1
        ours = [ones for ones in told.values() if _index(ones[0].row["opened_on"]) >= bad - 2]
        if not ours:
            self.unfound.append(f"{where}, {life.level:.0f} a day")
            return
        mornings = ours[0]
        self.found_after.append(mornings[0].morning + PAST - bad)
        if life.level >= BUSY:
            self._add_headlines(life, mornings, where)
        self._add_end(life, ours, failing, where)
        self._add_cost(life, mornings[-1], where)

    def _add_headlines(self, life: Life, mornings: list[Seen], where: str) -> None:
        self.headlines += 1
        still = [one for one in mornings if one.status == "open"] or mornings
        first, last = still[0].cause, still[-1].cause
        self.first_right += first in life.causes
        self.last_right += last in life.causes
        if not {first, last} <= life.causes:
            self.wrong_headlines.append(f"{where}: {first} at first, {last} at last")

    def _add_end(self, life: Life, ours: list[list[Seen]], failing: Collection[int], where: str) -> None:
        for ones in ours:
            end = ones[-1].row["recovered_on"]
            broken_until = life.good if life.good is not None else life.ends
            if end is not None and (_index(end) < broken_until or end < ones[-1].row["detected_on"]):
                self.ended_before_broken_day.append(f"{where}: {end}")
        if life.good is None:
            return
        self.repaired += 1
        closed = [one.morning for one in ours[-1] if one.status != "open"]
        # On a morning without an answer nobody can know.
        unknown = sum(life.good - PAST < morning <= closed[0] for morning in failing) if closed else 0
        days = closed[0] + PAST - life.good - unknown if closed else None
        if days is not None and days <= TOLD_WITHIN and len(ours) == 1:
            self.told_in_time += 1
        else:
            self.late.append(f"{where}: {'never' if days is None else f'after {days} days'}, {len(ours)} incidents")

    def _add_cost(self, life: Life, last: Seen, where: str) -> None:
        true = life.missed(PAST + last.morning - 1)
        said = last.row["missed_sends"] or 0.0
        self.costs += 1
        near = abs(said - true) <= COST_NEAR * true
        self.costs_near += near
        if not near:
            self.wrong_costs.append(f"{where}: {said:.0f} said, {true:.0f} missed")


def _index(day: date) -> int:
    return (day - FIRST).days
