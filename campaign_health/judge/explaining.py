"""One campaign's verdict on one day, as a calculation that a person can follow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from campaign_health.detection.chain_input import ChainInput, Numbers
from campaign_health.detection.chain_links import LINKS, ChainState, LinkVerdicts, judge_links, link_settings
from campaign_health.detection.explanation import Step, Words, explain_day
from campaign_health.detection.sentences import count, day_text, plural, seen_sentence, span
from campaign_health.detection.settings import DetectorSettings
from campaign_health.detection.verdicts import STATUS_NAMES
from campaign_health.errors import CouldNotStart
from campaign_health.judge.diagnosis import DIAGNOSIS_DAYS
from campaign_health.judge.reading import Known, read_known
from campaign_health.judge.workspace import read_panels, remembered
from campaign_health.settings import WorkspaceSettings
from storage import judgements

_DAYS_SHOWN = 10
_SMALL = 20_000  # campaigns x days
_WORDS = {
    "events": ("event", "events"),
    "started": ("journey started", "journeys started"),
    "activated": ("journey activated", "journeys activated"),
    "sent": ("send", "sends"),
    "delivered": ("delivery", "deliveries"),
}


@dataclass(frozen=True)
class LinkDay:
    """One link of the chain on one day. `evidence` and `threshold`: how many times likelier broken than healthy."""

    day: date
    upstream: float | None
    downstream: float | None
    expected: float | None
    expected_low: float | None
    expected_high: float | None
    probability: float | None
    evidence: float | None
    threshold: float | None
    status: str


@dataclass(frozen=True)
class LinkExplained:
    """A link on the day and the days before it, what that says in a sentence, and how it was reckoned."""

    upstream: str
    downstream: str
    stage: str
    sentence: str
    broken: bool
    began_on: date | None
    days: Sequence[LinkDay]
    calculation: Sequence[Step]


@dataclass(frozen=True)
class Explanation:
    """Why a campaign has the verdict it has. `steps` say it in order, `conclusion` sums it up."""

    workspace: str
    campaign_id: int
    campaign: str
    event: str | None
    event_from: str
    day: date
    status: str | None
    stage: str | None
    cause: str | None
    incident_id: str | None
    steps: Sequence[str]
    conclusion: str
    links: Sequence[LinkExplained]


def find_campaign(connection: duckdb.DuckDBPyConnection, workspace: str | None, wanted: str) -> tuple[str, int, str]:
    """(workspace, id, name) of the campaign of that id or (part of a) name.

    Raises:
        CouldNotStart: there is none, or there are several; with their names.
    """
    rows = connection.execute(
        "SELECT workspace, campaign_id, name FROM campaign WHERE $workspace IS NULL OR workspace = $workspace "
        "ORDER BY lower(name), campaign_id",
        {"workspace": workspace},
    ).fetchall()
    plain = wanted.strip().casefold()
    for found in (
        [row for row in rows if plain.isdigit() and row[1] == int(plain)],
        [row for row in rows if row[2].casefold() == plain],
        [row for row in rows if plain in row[2].casefold()],
    ):
        if len(found) == 1:
            return found[0][0], found[0][1], found[0][2]
        if found:
            names = ", ".join(f"{name} ({number})" for _, number, name in found[:8])
            raise CouldNotStart(f"{wanted!r} may be {names}.", "Give the id, or more of the name.")
    raise CouldNotStart(f"There is no campaign {wanted!r}.", "`campaign-health status --json` lists them all.")


def explain(
    connection: duckdb.DuckDBPyConnection,
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
        when = f" on {day.isoformat()}" if day else ""
        raise CouldNotStart(
            f"Campaign {campaign_id} has no verdict{when}.",
            "Running days have none; `campaign-health judge` makes them.",
        )
    known = read_known(connection, workspace, now, verdict["day"])
    if known is None:
        raise CouldNotStart("Nothing was collected yet.", "Run `campaign-health collect` first.")
    data, found, before = _judged(connection, workspace, known)
    budget = link_settings(DetectorSettings(false_alarm_years=workspace.false_alarm_years))
    row = next(number for number, plan in enumerate(known.plans) if plan.campaign_id == campaign_id)
    links = [
        _link(number, row, data, found, before, budget)
        for number in range(len(LINKS))
        if _tells_anything(number, row, data)
    ]
    plan = known.plans[row]
    name = str(known.campaigns[row]["name"])
    return Explanation(
        workspace.name,
        campaign_id,
        name,
        plan.event,
        plan.event_from,
        verdict["day"],
        verdict["status"],
        verdict["stage"],
        verdict["cause"],
        _incident_on(connection, workspace.name, campaign_id, verdict["day"]),
        [_event_step(row, data, found), *(link.sentence for link in links)],
        _conclusion(verdict, plan.event),
        links,
    )


def _judged(
    connection: duckdb.DuckDBPyConnection, workspace: WorkspaceSettings, known: Known
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
    number: int, row: int, data: ChainInput, found: LinkVerdicts, before: ChainState, settings: DetectorSettings
) -> LinkExplained:
    link, verdicts, last = LINKS[number], found.links[number], data.days - 1
    upstream, downstream = _numbers(data, link.upstream)[row], _numbers(data, link.downstream)[row]
    days = [
        LinkDay(
            data.day(column),
            _known(upstream[column]),
            _known(downstream[column]),
            _known(verdicts.expected[row, column]),
            _known(verdicts.expected_low[row, column]),
            _known(verdicts.expected_high[row, column]),
            _known(verdicts.probability[row, column]),
            _times(verdicts.evidence[row, column]),
            _times(verdicts.threshold[row, column]),
            STATUS_NAMES[verdicts.status[row, column]],
        )
        for column in range(max(0, data.days - _DAYS_SHOWN), data.days)
    ]
    began = int(verdicts.began[row, last])
    broken = bool(verdicts.alert[row, last])
    began_on = data.day(last) - timedelta(days=began) if began >= 0 else None
    sentence = _say(link.upstream, link.downstream, days[-1], broken, began_on)
    words = Words(_WORDS[link.upstream][1], _WORDS[link.downstream][1])
    counts = days[-1].upstream, days[-1].downstream
    steps = explain_day(before.links[number].take([row]), *counts, data.day(last), settings=settings, words=words)
    return LinkExplained(link.upstream, link.downstream, link.stage, sentence, broken, began_on, days, steps)


def _say(upstream: str, downstream: str, day: LinkDay, broken: bool, began_on: date | None) -> str:
    title = f"{_WORDS[upstream][1].capitalize()} to {_WORDS[downstream][1]}: "
    if day.upstream is None or day.downstream is None:
        return title + "not known for this day, so not judged."
    seen = f"{plural(day.downstream, *_WORDS[downstream])} for {plural(day.upstream, *_WORDS[upstream])}"
    if day.expected_low is None or day.expected_high is None or day.status == "learning":
        return f"{title}{seen}; what is normal is still being learned."
    said = f"{title}{seen}; {span(day.expected_low, day.expected_high)} expected"
    if broken and began_on is not None:
        times = _times_words(day.evidence)
        return (
            f"{said}. Broken: the days since {day_text(began_on, day.day)} are {times} likelier if it is broken than "
            f"if it is healthy; an alarm needs {_times_words(day.threshold)}."
        )
    if day.status == "too_quiet":
        return f"{said}. Too few to tell a stop from chance."
    if day.evidence is not None and day.evidence > 2:
        return (
            f"{said}. Holds so far: {_times_words(day.evidence)} likelier if broken, and an alarm needs "
            f"{_times_words(day.threshold)}."
        )
    return f"{said}. Holds."


def _event_step(row: int, data: ChainInput, found: LinkVerdicts) -> str:
    last = data.days - 1
    event_row = int(data.event_row[row, last])
    if event_row < 0:
        low, high = found.starts.expected_low[row, last], found.starts.expected_high[row, last]
        started = data.started[row, last]
        if math.isnan(started) or math.isnan(low):
            return "No event that Mixpanel has seen stands for this campaign; it is judged by its own journeys."
        return (
            f"No event that Mixpanel has seen stands for this campaign. By its own history "
            f"{plural(started, *_WORDS['started'])}; {span(low, high)} expected."
        )
    name, events = data.panel.events[event_row], data.panel.counts[event_row, last]
    if math.isnan(events):
        return f"{name}: not collected for this day."
    low, high = found.events.expected_low[event_row, last], found.events.expected_high[event_row, last]
    said = f"{name}: {plural(events, 'event')}"
    if math.isnan(low):
        return f"{said}; what is usual is still being learned."
    level = found.events.project[last]
    around = "" if math.isnan(level) else f"; all events of the project are at {level:.0%} of their usual level"
    lost = " Lost: it fell to nothing against its own history." if found.events.lost[event_row, last] else ""
    return f"{said}; {span(low, high)} by its own history{around}.{lost}"


def _conclusion(verdict: dict[str, Any], event: str | None) -> str:
    names = ("events", "started", "sent", "expected_low", "expected_high", "probability", "stage")
    return seen_sentence(verdict["status"], **{name: verdict[name] for name in names}, event=event)


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


def _verdict(
    connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int, day: date | None
) -> dict[str, Any] | None:
    found = connection.execute(
        "SELECT * FROM verdict WHERE workspace = $workspace AND campaign_id = $campaign_id "
        "AND CASE WHEN $day IS NULL THEN day <= (SELECT as_of FROM judge_run WHERE workspace = $workspace) "
        "ELSE day = $day END ORDER BY day DESC LIMIT 1",
        {"workspace": workspace, "campaign_id": campaign_id, "day": day},
    )
    names = [column[0] for column in found.description]
    row = found.fetchone()
    return None if row is None else dict(zip(names, row, strict=True))


def _incident_on(connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int, day: date) -> str | None:
    for incident_id, row in judgements.read_incidents(connection, workspace).items():
        over = row["recovered_on"] is not None and row["recovered_on"] <= day
        if (
            row["campaign_id"] == campaign_id
            and row["detected_on"] <= day
            and not over
            and row["status"] != "withdrawn"
        ):
            return incident_id
    return None


def _known(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _times(nats: float) -> float | None:
    return math.exp(min(float(nats), 700.0)) if math.isfinite(nats) else None


def _times_words(times: float | None) -> str:
    if times is None:
        return "an unknown number of times"
    return f"{count(times)} times" if times < 1e6 else "over a million times"
