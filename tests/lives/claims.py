"""What an incident says, held against the truth: every claim that a rule here can read is checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from tests.lives.life import PAST, Life
from tests.lives.project import FIRST, Project
from tests.lives.watching import Seen

NEAR = 0.1
"""How far a share may lie from the true one, beside twice the scatter of the counts that it is a share of."""
_MONTHS = [date(2026, month, 1).strftime("%b") for month in range(1, 13)]
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\d{1,2} \w{3})"
_SHARE = r"(under |over )?(\d+) %"


@dataclass(frozen=True)
class Claim:
    """One claim of a sentence and whether it is true."""

    text: str
    holds: bool


@dataclass(frozen=True)
class _Scene:
    """What a claim is held against: the company, the campaign, the incident's first day, and the newest settled day,
    or the day as of which it is said."""

    project: Project
    life: Life
    opened: int
    last: int

    def counts(self, event: str) -> np.ndarray:
        """What Mixpanel shows of an event, up to the newest settled day; nothing for a name that is not there."""
        known = self.project.world.events.get(event)
        return np.zeros(0) if known is None else known.daily[: self.last + 1]

    def series(self, name: str, since: int) -> float:
        """A campaign's own numbers since a day."""
        campaign = self.project.world.campaigns[self.life.campaign_id]
        series = campaign.series.get(name, campaign.journeys.get(name))
        return 0.0 if series is None else float(series[since : self.last + 1].sum())


def claims(project: Project, life: Life, seen: Seen) -> Iterator[Claim]:
    """The claims of what an incident says on a morning: its headline's sentence, its summary, its state."""
    newest = _Scene(project, life, _index(seen.row["opened_on"]), PAST + seen.morning - 1)
    told = [str(seen.row["summary"])]
    if seen.status == "open" and seen.causes:
        told.append(str(seen.causes[0]["sentence"]))
    for text in told:
        as_of = re.match(rf"As of {_DAY}: ", text)
        scene = newest if as_of is None else replace(newest, last=_day(as_of.group(1)))
        for rule, holds in RULES:
            for found in re.finditer(rule, text):
                yield Claim(found.group(0), holds(scene, found))
    if seen.status == "recovered" and life.is_break:
        on = seen.row["recovered_on"]
        yield Claim(f"recovered on {on}", life.good is not None and on is not None and _index(on) >= life.good)


def _index(day: date) -> int:
    return (day - FIRST).days


def _day(text: str) -> int:
    day, month = text.split()
    return _index(date(FIRST.year, _MONTHS.index(month) + 1, int(day)))


def _near(said: re.Match[str], first: int, true: float, of: float) -> bool:
    """Whether a share that is said is the `true` one of `of` counted."""
    word, number = said.group(first), int(said.group(first + 1)) / 100
    near = NEAR + 2 / max(of, 1.0) ** 0.5
    if word == "under ":
        return true <= number + near
    return true >= number - near if word == "over " else abs(true - number) <= near


def _stopped(scene: _Scene, said: re.Match[str]) -> bool:
    counts, day = scene.counts(said.group(1)), _day(said.group(2))
    return len(counts) > day > 0 and counts[day - 1] > 0 and counts[day:].sum() <= 2


def _began(scene: _Scene, said: re.Match[str]) -> bool:
    """Of one new name: that it began with the break, and with which share of what the old name would have had."""
    counts, bad = scene.counts(said.group(1)), scene.life.bad
    if bad is None or not len(counts) or not counts.any():
        return False
    end = min(scene.last + 1, scene.life.good or scene.last + 1)
    full = float(scene.life.full[bad:end].sum())
    return bool(np.flatnonzero(counts)[0] == bad) and _near(said, 2, counts[bad:end].sum() / max(1.0, full), full)


def _nothing_began(scene: _Scene, said: re.Match[str]) -> bool:
    near = range(scene.opened - 2, scene.opened + 3)
    counts = [scene.counts(name) for name in scene.project.world.events]
    return not any(daily.any() and int(np.flatnonzero(daily)[0]) in near for daily in counts)


def _merged(scene: _Scene, said: re.Match[str]) -> bool:
    return scene.life.kind == "merged" and scene.life.into == said.group(1)


def _steadily(scene: _Scene, said: re.Match[str]) -> bool:
    """The share of an event that is missing in its newest days."""
    counts = scene.counts(said.group(3).strip("`"))
    if not len(counts):
        return False
    lately = slice(max(0, scene.last - 2), scene.last + 1)
    full = float(scene.life.full[lately].sum())
    return _near(said, 1, 1 - counts[lately].sum() / max(1.0, full), full)


def _nobody_passed(scene: _Scene, said: re.Match[str]) -> bool:
    since = _day(said.group(2))
    started, passed = scene.series("started", since), scene.series("activated", since)
    return started == _number(said.group(1)) and passed == 0


def _waiting(scene: _Scene, said: re.Match[str]) -> bool:
    since = _day(said.group(1))
    return scene.series("drafted", since) == _number(said.group(2))


def _failed(scene: _Scene, said: re.Match[str]) -> bool:
    since = _day(said.group(3))
    failed, made = scene.series("failed", since), scene.series("created", since)
    return failed == _number(said.group(4)) and made > 0 and _near(said, 1, failed / made, made)


def _off(scene: _Scene, said: re.Match[str]) -> bool:
    return scene.life.kind == "message off"


def _sends_for_events(scene: _Scene, said: re.Match[str]) -> bool:
    """A day's counts; an event that is lost or blocked is counted as Mixpanel shows it."""
    day = _day(said.group(2))
    campaign = scene.project.world.campaigns[scene.life.campaign_id]
    return int(campaign.series["sent"][day]) == _number(said.group(1))


def _in_range(scene: _Scene, said: re.Match[str]) -> bool:
    """No count inside the range that is named is called broken."""
    return not _number(said.group(2)) <= _number(said.group(1)) <= _number(said.group(3))


def _missed_some(scene: _Scene, said: re.Match[str]) -> bool:
    return _number(said.group(1)) > 0


def _number(text: str) -> int:
    return int(text.replace(",", ""))


_COUNT = r"(\d[\d,]*)"
RULES: tuple[tuple[str, Callable[[_Scene, re.Match[str]], bool]], ...] = (
    (rf"`([^`]+)` stopped on {_DAY}", _stopped),
    (rf"`([^`]+)` began the same day with {_SHARE} of its volume", _began),
    (r"no other event began on those days", _nothing_began),
    (r"since that day `([^`]+)`, which was there before", _merged),
    (rf"{_SHARE} of (`[^`]+`) is missing, steadily", _steadily),
    (rf"{_COUNT} journeys? started since {_DAY} and nobody passed", _nobody_passed),
    (rf"only queued drafts since {_DAY}: {_COUNT} messages? made, waiting", _waiting),
    (rf"{_SHARE} of the messages made since {_DAY} failed \({_COUNT}", _failed),
    (r"is switched off", _off),
    (rf"{_COUNT} sends? for .+? on {_DAY}", _sends_for_events),
    (rf"^{_COUNT} (?:sends?|events?)\b.*?; {_COUNT} to {_COUNT} were expected", _in_range),
    (rf"{_COUNT} (?:sends?|deliver\w+|events?) missed", _missed_some),
)
