"""The links of a campaign's chain in an explanation: what each did on the day and the days before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import takewhile

import numpy as np

from campaign_health.detection.chain.chain_input import ChainInput, Numbers
from campaign_health.detection.chain.chain_links import ALARMING_LINKS, LINKS, ChainState, LinkVerdicts, link_settings
from campaign_health.detection.explain.explanation import Budget, PairsDay, Words, explain_pair
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.monitor import PanelVerdicts
from campaign_health.detection.pair.verdicts import STATUS_NAMES
from campaign_health.judge.explain.explained import LinkDay, LinkExplained
from campaign_health.judge.explain.explaining_event import known_number, link_day, times_likelier
from campaign_health.words.dates import day_text
from campaign_health.words.numbers import count, share_text, span

_DAYS_SHOWN = 10
_WORDS = {
    "events": ("event", "events"),
    "started": ("journey started", "journeys started"),
    "activated": ("journey activated", "journeys activated"),
    "sent": ("send", "sends"),
    "delivered": ("delivery", "deliveries"),
}


def explain_links(
    row: int,
    data: ChainInput,
    found: LinkVerdicts,
    before: ChainState,
    detector: DetectorSettings,
    rarest: float | None = None,
) -> list[LinkExplained]:
    """Every link of the campaign in that row that tells anything. `before` is the memory before the last day, `rarest`
    how improbable its incident is.
    """
    return [
        _link(number, row, data, found, before, detector, rarest)
        for number in range(len(LINKS))
        if _tells_anything(number, row, data)
    ]


def _link(
    number: int,
    row: int,
    data: ChainInput,
    found: LinkVerdicts,
    before: ChainState,
    detector: DetectorSettings,
    rarest: float | None,
) -> LinkExplained:
    link, verdicts, last = LINKS[number], found.links[number], data.days - 1
    upstream, downstream = _numbers(data, link.upstream)[row], _numbers(data, link.downstream)[row]
    days = [
        link_day(
            data.day(column),
            known_number(upstream[column]),
            downstream[column],
            verdicts,
            (row, column),
            STATUS_NAMES[verdicts.status[row, column]],
        )
        for column in range(max(0, data.days - _DAYS_SHOWN), data.days)
    ]
    began = int(verdicts.began[row, last])
    broken = bool(verdicts.alert[row, last])
    began_on = data.day(last) - timedelta(days=began) if began >= 0 else None
    words = Words(*_WORDS[link.upstream], *_WORDS[link.downstream])
    usable = {"events": np.where(data.edited | data.outages, np.nan, data.events())}
    up, down = (usable.get(name, _numbers(data, name))[:, last] for name in (link.upstream, link.downstream))
    counts = PairsDay(data.day(last), up, down, data.not_running[:, last], shared_dip=True)
    steps = explain_pair(
        before.links[number], row, counts, settings=link_settings(detector), words=words,
        budget=Budget(detector.false_alarm_years, ALARMING_LINKS), rarest=rarest,
    )  # fmt: skip
    dip = next((step.value for step in steps if step.label == "dip"), None)
    if days[-1].status == "surging":
        began_on = _first_of_run(days)
    sentence = say_link(words, link.downstream, days[-1], broken, began_on, _opened(verdicts, row, data))
    if isinstance(dip, float) and days[-1].upstream:
        usual = f"{share_text(dip)} of their usual {words.downstream}"
        sentence += f" All campaigns together had {usual}; that is allowed for."
    return LinkExplained(link.upstream, link.downstream, link.stage, sentence, broken, began_on, days, steps)


def _opened(verdicts: PanelVerdicts, row: int, data: ChainInput) -> tuple[date, float] | None:
    """The day on which the alarm that still holds was raised, and how many times likelier a break was then.

    None where it was raised before the days that are judged here.
    """
    before = np.flatnonzero(~verdicts.alert[row])
    column = int(before[-1]) + 1 if before.size else 0
    if not before.size or column >= data.days:
        return None
    return data.day(column), times_likelier(verdicts.evidence[row, column]) or 0.0


def say_link(
    words: Words,
    downstream: str,
    day: LinkDay,
    broken: bool,
    began_on: date | None,
    opened: tuple[date, float] | None,
) -> str:
    """What the link did on the day, in one sentence; `opened`: when its alarm was raised, and how sure it was then."""
    title = f"{words.upstream.capitalize()} to {words.downstream}: "
    if day.status == "not_running":
        return title + "it was not running, so nothing is expected."
    if downstream == "delivered" and day.upstream is not None and day.downstream is None:
        return title + "deliveries of this day are still coming in, so not judged yet."
    if day.upstream is None or day.downstream is None:
        return title + "not known for this day, so not judged."
    seen = words.seen(day.upstream, day.downstream)
    if day.expected_low is None or day.expected_high is None or day.status == "learning":
        return f"{title}{seen}; what is normal is still being learned."
    if day.upstream == 0 and not broken:
        return f"{title}{seen}. Without {words.upstream} there is nothing to judge."
    said = f"{title}{seen}; {span(day.expected_low, day.expected_high)} expected"
    if broken and began_on is not None:
        since, needed = day_text(began_on, day.day), _times_words(day.threshold)
        # A count inside the range that was just named is not what is broken.
        if day.downstream >= day.expected_low:
            said += ", and alone the day would pass"
        now = day.evidence or 0.0
        if opened is not None and opened[1] > now:
            alarm, then = day_text(opened[0], day.day), _times_words(opened[1])
            return (
                f"{said}. Broken: on {alarm} the days since {since} were {then} likelier if it is broken than if it is "
                f"healthy; an alarm needs {needed}, and it stays until enough comes again."
            )
        if now < (day.threshold or 0.0):
            return f"{said}. Broken since {since}: an alarm was raised then, and it stays until enough comes again."
        return (
            f"{said}. Broken: the days since {since} are {_times_words(now)} likelier if it is broken than "
            f"if it is healthy; an alarm needs {needed}."
        )
    if day.status == "surging":
        since = f", since {day_text(began_on, day.day)}" if began_on is not None else ""
        return f"{said}. More than the {words.upstream} explain{since}."
    if day.status == "too_quiet":
        return f"{said}. Too few to tell a stop from chance."
    if day.evidence is not None and day.evidence > 2:
        return (
            f"{said}. Holds so far: {_times_words(day.evidence)} likelier if broken, and an alarm needs "
            f"{_times_words(day.threshold)}."
        )
    if day.downstream > day.expected_high:
        return f"{said}. Holds; more than expected is no break."
    return f"{said}. Holds."


def _first_of_run(days: Sequence[LinkDay]) -> date | None:
    """The first of the newest days that have the newest one's status; None where it may lie before those shown.

    Days that were not collected neither end nor begin the run.
    """
    known = [day for day in days if day.status != "not_collected"]
    run = list(takewhile(lambda day: day.status == days[-1].status, reversed(known)))
    return run[-1].day if len(run) < len(known) else None


def _tells_anything(number: int, row: int, data: ChainInput) -> bool:
    """Links that end to end say the same as the chain are shown only where the chain is not known."""
    link = LINKS[number]
    if number >= 4:
        has_event = data.event_row[row, data.days - 1] >= 0
        return bool(has_event == (link.upstream == "events"))
    if link.upstream == "events":
        return bool(data.event_row[row, data.days - 1] >= 0)
    return True


def _numbers(data: ChainInput, name: str) -> Numbers:
    numbers: Numbers = data.events() if name == "events" else getattr(data, name)
    return numbers


def _times_words(times: float | None) -> str:
    if times is None:
        return "an unknown number of times"
    return f"{count(times)} times" if times < 1e6 else "over a million times"
