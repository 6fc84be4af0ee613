"""One campaign's verdict on one day, as a calculation that a person can follow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any

import numpy as np

from campaign_health.detection.chain.chain_input import ChainInput, Numbers
from campaign_health.detection.chain.chain_links import (
    ALARMING_LINKS,
    LINKS,
    SENT_DELIVERED,
    ChainState,
    LinkVerdicts,
    judge_links,
    link_settings,
)
from campaign_health.detection.event.event_history import EventVerdicts
from campaign_health.detection.explain.explanation import Budget, Words, explain_pair
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.monitor import PanelVerdicts
from campaign_health.detection.pair.verdicts import STATUS_NAMES
from campaign_health.errors import CouldNotStart
from campaign_health.judge.diagnosis import DIAGNOSIS_DAYS
from campaign_health.judge.explain.explained import Explanation, LinkDay, LinkExplained
from campaign_health.judge.explain.explaining_event import event_link, event_step, known_number, link_day
from campaign_health.judge.plans import Plan
from campaign_health.judge.reading import Known, read_known
from campaign_health.judge.workspace import read_panels, remembered
from campaign_health.settings import WorkspaceSettings
from campaign_health.state.find_campaign import no_verdict
from campaign_health.words.dates import day_text
from campaign_health.words.numbers import count, plural, span
from campaign_health.words.sentences import seen_sentence
from storage.connection import Connection
from storage.save import judgements

_DAYS_SHOWN = 10
_SMALL = 20_000  # campaigns x days
_WORDS = {
    "events": ("event", "events"),
    "started": ("journey started", "journeys started"),
    "activated": ("journey activated", "journeys activated"),
    "sent": ("send", "sends"),
    "delivered": ("delivery", "deliveries"),
}


def explain(
    connection: Connection,
    workspace: WorkspaceSettings,
    campaign_id: int,
    day: date | None,
    now: datetime,
) -> Explanation:
    """Follow the verdict of the campaign on `day` (by default its newest one), judging anew what is stored.

    Raises:
        CouldNotStart: the campaign has no verdict on that day.
    """
    verdict = _verdict(connection, workspace.name, campaign_id, day)
    if verdict is None:
        raise no_verdict(connection, workspace.name, campaign_id, day)
    known = read_known(connection, workspace, now, verdict["day"])
    if known is None:
        raise CouldNotStart("Nothing was collected yet.", "Run `campaign-health collect` first.")
    data, found, before = _judged(connection, workspace, known)
    row = next(number for number, plan in enumerate(known.plans) if plan.campaign_id == campaign_id)
    links = [
        _link(number, row, data, found, before, workspace.false_alarm_years)
        for number in range(len(LINKS))
        if _tells_anything(number, row, data)
    ]
    plan = known.plans[row]
    name = str(known.campaigns[row]["name"])
    incident = _incident_on(connection, workspace.name, campaign_id, verdict["day"])
    of_event = None
    if verdict["stage"] == "event":
        of_event = event_link(row, data, found.events, incident, workspace.false_alarm_years)
    first = of_event.sentence if of_event is not None else event_step(row, data, found)
    return Explanation(
        workspace.name,
        campaign_id,
        name,
        _event_of_the_day(plan, row, data),
        plan.event_from,
        verdict["day"],
        verdict["status"],
        verdict["stage"],
        verdict["cause"],
        None if incident is None else str(incident["incident_id"]),
        [first, *(link.sentence for link in links)],
        _conclusion(verdict, row, data, found),
        links if of_event is None else [of_event, *links],
        **_cause_told(incident),
    )


def _judged(
    connection: Connection, workspace: WorkspaceSettings, known: Known
) -> tuple[ChainInput, LinkVerdicts, ChainState]:
    """The days that are judged anew, the verdicts on their links, and the memory before the last of them."""
    settings = DetectorSettings(false_alarm_years=workspace.false_alarm_years)
    small = len(known.plans) * (known.last_day - known.first_day).days <= _SMALL
    # Judged from the beginning, more days can be shown; in a large workspace that would take too long.
    before = None if small else remembered(connection, workspace.name, known, settings, known.last_day)
    begin_day = known.first_day if before is None else before.day + timedelta(days=1)
    window = max(known.first_day, begin_day - timedelta(days=DIAGNOSIS_DAYS))
    panels = read_panels(connection, workspace.name, known, window)
    begin = (begin_day - window).days
    data = panels.settled.span(begin, panels.settled.days)
    state = ChainState.fresh() if before is None else before.state
    found, _ = judge_links(data, state, settings)
    day_before = data.span(0, data.days - 1)
    return data, found, judge_links(day_before, state, settings)[1] if day_before.days else state.aligned_to(data)


def _link(
    number: int, row: int, data: ChainInput, found: LinkVerdicts, before: ChainState, years: float
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
    words = Words(_WORDS[link.upstream][1], _WORDS[link.downstream][1])
    usable = {"events": np.where(data.edited | data.outages, np.nan, data.events())}
    counts = [usable.get(name, _numbers(data, name))[:, last] for name in (link.upstream, link.downstream)]
    settings = link_settings(DetectorSettings(false_alarm_years=years))
    steps = explain_pair(
        before.links[number], counts[0], counts[1], row, data.day(last), settings=settings, words=words,
        budget=Budget(years, ALARMING_LINKS), not_running=data.not_running[:, last], shared_dip=True,
    )  # fmt: skip
    dip = next((step.value for step in steps if step.label == "dip"), None)
    if days[-1].status == "surging":
        began_on = _first_of_run(days)
    sentence = _say(link.upstream, link.downstream, days[-1], broken, began_on)
    if isinstance(dip, float) and days[-1].upstream:
        sentence += f" All campaigns together had {dip:.0%} of their usual {words.downstream}; that is allowed for."
    return LinkExplained(link.upstream, link.downstream, link.stage, sentence, broken, began_on, days, steps)


def _say(upstream: str, downstream: str, day: LinkDay, broken: bool, began_on: date | None) -> str:
    title = f"{_WORDS[upstream][1].capitalize()} to {_WORDS[downstream][1]}: "
    if downstream == "delivered" and day.upstream is not None and day.downstream is None:
        return title + "deliveries of this day are still coming in, so not judged yet."
    if day.upstream is None or day.downstream is None:
        return title + "not known for this day, so not judged."
    seen = f"{plural(day.downstream, *_WORDS[downstream])} for {plural(day.upstream, *_WORDS[upstream])}"
    if day.expected_low is None or day.expected_high is None or day.status == "learning":
        return f"{title}{seen}; what is normal is still being learned."
    if day.upstream == 0 and not broken:
        return f"{title}{seen}. Without {_WORDS[upstream][1]} there is nothing to judge."
    said = f"{title}{seen}; {span(day.expected_low, day.expected_high)} expected"
    if broken and began_on is not None:
        times = _times_words(day.evidence)
        return (
            f"{said}. Broken: the days since {day_text(began_on, day.day)} are {times} likelier if it is broken than "
            f"if it is healthy; an alarm needs {_times_words(day.threshold)}."
        )
    if day.status == "surging":
        since = f", since {day_text(began_on, day.day)}" if began_on is not None else ""
        return f"{said}. More than the {_WORDS[upstream][1]} explain{since}."
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


def _conclusion(verdict: dict[str, Any], row: int, data: ChainInput, found: LinkVerdicts) -> str:
    """The verdict in one sentence: of a lost event with its own range, of lost deliveries with theirs."""
    last, stage = data.days - 1, verdict["stage"]
    names = ("events", "started", "sent", "expected_low", "expected_high", "probability", "stage")
    numbers = {name: verdict[name] for name in names}
    event_row = int(data.event_row[row, last])
    if stage == "event" and event_row >= 0:
        numbers |= _expected(found.events, event_row, last) | {"event": data.panel.events[event_row]}
    elif stage == "started" and event_row < 0:
        numbers |= _expected(found.starts, row, last)
    elif stage == "delivered" and (delivered := known_number(data.delivered[row, last])) is not None:
        numbers |= _expected(found.links[SENT_DELIVERED], row, last) | {"delivered": delivered}
    return seen_sentence(verdict["status"], **numbers)


def _expected(verdicts: EventVerdicts | PanelVerdicts, row: int, column: int) -> dict[str, float | None]:
    return {name: known_number(getattr(verdicts, name)[row, column]) for name in ("expected_low", "expected_high")}


def _event_of_the_day(plan: Plan, row: int, data: ChainInput) -> str | None:
    """The event that the campaign hung on that day; later the trigger may have been moved to another."""
    event_row = int(data.event_row[row, data.days - 1])
    if event_row >= 0:
        return data.panel.events[event_row]
    day, event = data.day(data.days - 1), plan.event
    for period in plan.periods:
        if period.since is None or period.since <= day:
            event = period.event
    return event


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


def _verdict(connection: Connection, workspace: str, campaign_id: int, day: date | None) -> dict[str, Any] | None:
    found = connection.execute(
        "SELECT * FROM verdict WHERE workspace = $workspace AND campaign_id = $campaign_id "
        "AND CASE WHEN $day IS NULL THEN day <= (SELECT as_of FROM judge_run WHERE workspace = $workspace) "
        "ELSE day = $day END ORDER BY day DESC LIMIT 1",
        {"workspace": workspace, "campaign_id": campaign_id, "day": day},
    )
    names = [column[0] for column in found.description]
    row = found.fetchone()
    return None if row is None else dict(zip(names, row, strict=True))


def _incident_on(connection: Connection, workspace: str, campaign_id: int, day: date) -> dict[str, Any] | None:
    for row in judgements.read_incidents(connection, workspace).values():
        over = row["recovered_on"] is not None and row["recovered_on"] <= day
        if (
            row["campaign_id"] == campaign_id
            and row["detected_on"] <= day
            and not over
            and row["status"] != "withdrawn"
        ):
            return row
    return None


def _cause_told(incident: dict[str, Any] | None) -> dict[str, str | None]:
    causes = json.loads(incident["evidence"]) if incident is not None else []
    first = causes[0] if causes else {}
    return {"why": first.get("sentence") or None, "next_step": first.get("next_step") or None}


def _times_words(times: float | None) -> str:
    if times is None:
        return "an unknown number of times"
    return f"{count(times)} times" if times < 1e6 else "over a million times"
