"""The trigger event's part of an explanation: against its own history, and what went to a new name."""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from campaign_health.detection.chain.chain_input import ChainInput
from campaign_health.detection.chain.chain_links import LinkVerdicts
from campaign_health.detection.event.event_history import EventVerdicts
from campaign_health.detection.explain.event_explanation import (
    EventDay,
    HandOverDays,
    explain_event,
    hand_over_sentence,
)
from campaign_health.detection.explain.explanation import Budget
from campaign_health.detection.pair.monitor import PanelVerdicts
from campaign_health.judge.explain.explained import HISTORY, LinkDay, LinkExplained
from campaign_health.state.incident import Incident
from campaign_health.words.event_service import event_service
from campaign_health.words.numbers import plural, share_text, span

_DAYS_SHOWN = 10


def event_step(row: int, data: ChainInput, found: LinkVerdicts) -> str:
    """What the event did, or without one the campaign's own journeys, in a sentence."""
    last = data.days - 1
    event_row = int(data.event_row[row, last])
    if event_row >= 0 and data.outages[last]:
        return f"{data.panel.events[event_row]}: the whole project was at zero, so the day says nothing of this event."
    if event_row >= 0:
        return _said(_seen(event_row, data, found.events))
    low, high = found.starts.expected_low[row, last], found.starts.expected_high[row, last]
    started = data.started[row, last]
    if math.isnan(started) or math.isnan(low):
        return f"No event that {event_service()} has seen stands for this campaign; it is judged by its own journeys."
    return (
        f"No event that {event_service()} has seen stands for this campaign. By its own history "
        f"{plural(started, 'journey started', 'journeys started')}; {span(low, high)} expected."
    )


def event_link(
    row: int, data: ChainInput, events: EventVerdicts, incident: Incident | None, years: float
) -> LinkExplained | None:
    """The event that broke, against its own history; None where the day says nothing of it.

    `years` is the false-alarm budget as the user set it.
    """
    last = data.days - 1
    event_row = int(data.event_row[row, last])
    if event_row < 0:
        return None
    seen = _seen(event_row, data, events)
    if math.isnan(seen.events) or math.isnan(seen.low):
        return None
    hand_over = None if seen.lost else _hand_over(event_row, data, events, incident)
    sentence = _said(seen)
    began = int(events.began[event_row, last])
    began_on = data.day(last - began) if seen.lost and began >= 0 else None
    if hand_over is not None:
        sentence += f" {hand_over_sentence(hand_over, seen.day)}"
        began_on = hand_over.since
    days = [_day(event_row, column, data, events) for column in range(max(0, data.days - _DAYS_SHOWN), data.days)]
    steps = explain_event(seen, Budget(years), hand_over)
    return LinkExplained(HISTORY, "events", "event", sentence, True, began_on, days, steps)


def known_number(number: float) -> float | None:
    """The number, None for one that is not known."""
    return float(number) if math.isfinite(number) else None


def times_likelier(nats: float) -> float | None:
    """How many times likelier so much evidence makes a break; None for unknown."""
    return math.exp(min(float(nats), 700.0)) if math.isfinite(nats) else None


def _seen(event_row: int, data: ChainInput, events: EventVerdicts) -> EventDay:
    last = data.days - 1
    level = float(events.project[last])
    return EventDay(
        name=data.panel.events[event_row],
        day=data.day(last),
        events=float(data.panel.counts[event_row, last]),
        expected=float(events.expected[event_row, last]),
        low=float(events.expected_low[event_row, last]),
        high=float(events.expected_high[event_row, last]),
        # Exactly 1 is what the detector takes where too few events could tell.
        level=None if math.isnan(level) or level == 1.0 else level,
        evidence=float(events.evidence[event_row, last]),
        threshold=float(events.threshold[event_row, last]),
        silent_days=int(events.began[event_row, last]) + 1,
        lost=bool(events.lost[event_row, last]),
        volume_down=bool(events.volume_down[event_row, last]),
    )


def _said(seen: EventDay) -> str:
    if math.isnan(seen.events):
        return f"{seen.name}: not collected for this day."
    said = f"{seen.name}: {plural(seen.events, 'event')}"
    if math.isnan(seen.low):
        return f"{said}; what is usual is still being learned."
    around = (
        ""
        if seen.level is None
        else f"; all events of the project are at {share_text(seen.level)} of their usual level"
    )
    verdict = _verdict(seen)
    return f"{said}; {span(seen.low, seen.high)} expected by its own history{around}.{verdict}"


def _verdict(seen: EventDay) -> str:
    if seen.lost:
        return " Lost: it fell to nothing against its own history."
    if seen.volume_down:
        return " Fewer than usual, but not gone: a fall in volume, which alone is no break."
    return " As usual." if seen.low <= seen.events <= seen.high else ""


def link_day(
    day: date,
    upstream: float | None,
    downstream: float,
    verdicts: EventVerdicts | PanelVerdicts,
    place: tuple[int, int],
    status: str,
) -> LinkDay:
    """One day of a link or an event, with what was found at `place`, its row and column in `verdicts`."""
    return LinkDay(
        day,
        upstream,
        known_number(downstream),
        known_number(verdicts.expected[place]),
        known_number(verdicts.expected_low[place]),
        known_number(verdicts.expected_high[place]),
        known_number(verdicts.probability[place]),
        times_likelier(verdicts.evidence[place]),
        times_likelier(verdicts.threshold[place]),
        status,
    )


def _day(event_row: int, column: int, data: ChainInput, events: EventVerdicts) -> LinkDay:
    status = "event_lost" if events.lost[event_row, column] else "present"
    counted = data.panel.counts[event_row, column]
    return link_day(data.day(column), None, counted, events, (event_row, column), status)


def _hand_over(
    event_row: int, data: ChainInput, events: EventVerdicts, incident: Incident | None
) -> HandOverDays | None:
    """The days since the incident's part hand-over began, as far as they are judged anew; None where it has none."""
    causes = () if incident is None else incident.causes
    new = next((name for cause in causes if (name := cause.get("facts", {}).get("new_event"))), None)
    if incident is None or new not in data.panel.events:
        return None
    begin = max(0, data.column(incident.opened_on))
    counted, expected = data.panel.counts[event_row, begin:], events.expected[event_row, begin:]
    known = np.isfinite(counted) & np.isfinite(expected)
    brought = data.panel.counts[data.panel.events.index(new), begin:]
    sums = (float(np.nansum(series[known])) for series in (counted, expected, brought))
    return HandOverDays(new, data.day(begin), *sums)
