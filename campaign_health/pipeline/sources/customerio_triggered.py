"""Sources `customerio_broadcasts` and `customerio_transactional`: which there are, and what each sent by day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.day_states import RUNNING, SETTLING_TIME, days_between
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.eastern_labels import KIND_NAMES, dated, metrics_path
from campaign_health.pipeline.windows import RESTATED_DAYS
from collectors.customerio import (
    Fetched,
    UndatedMetrics,
    eastern_day,
    eastern_day_over,
    fetch_each,
    fetch_triggered,
    fetch_triggered_list,
    fetch_undated,
)
from collectors.customerio.eastern_days import MOST_DAYS
from collectors.errors import CollectorError
from storage.read.triggered_sends import KnownTriggered, known_triggered
from storage.read.vanished_numbers import Table, doubts_about
from storage.records import CampaignGone, CampaignRefused, Source, TriggeredKind, TriggeredRecord
from storage.save import (
    mark_triggered_gone,
    mark_triggered_not_collected,
    save_source_days,
    save_triggered,
    save_triggered_metrics,
)

_TABLES: Mapping[TriggeredKind, Table] = {"broadcast": "broadcast_day", "transactional": "transactional_day"}
_SOURCES: Mapping[TriggeredKind, Source] = {
    "broadcast": "customerio_broadcasts",
    "transactional": "customerio_transactional",
}
FEW_UNLISTED = 3


@dataclass
class _Answers:
    """What was answered so far, and what could not be had."""

    undated: list[UndatedMetrics] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    ended: bool = False


def collect_customerio_broadcasts(run: WorkspaceRun, tally: Tally) -> None:
    """Saves the API-triggered broadcasts as listed, then what each sent by day.

    Raises:
        CollectorError: what ended it; what was complete is saved.
    """
    _collect(run, tally, "broadcast")


def collect_customerio_transactional(run: WorkspaceRun, tally: Tally) -> None:
    """Saves the transactional messages as listed, then what each sent by day.

    Raises:
        CollectorError: what ended it; what was complete is saved.
    """
    _collect(run, tally, "transactional")


def first_day_to_ask(known: KnownTriggered, today: date) -> date:
    """The first day, in US Eastern time, that one must be asked for: what it lacks, at the least the last seven."""
    earliest = today - timedelta(days=MOST_DAYS - 1)
    if known.newest_day is None:
        return earliest
    lacking = [known.newest_day + timedelta(days=1), today - timedelta(days=RESTATED_DAYS)]
    lacking += [] if known.first_gap is None else [known.first_gap]
    return max(earliest, min(lacking))


def state_of_day(known: KnownTriggered, day: date, now: datetime) -> str:
    """What the number of an US Eastern day is worth that is read at `now`.

    Nothing is expected before it was made (a broadcast: activated), nor of a broadcast that is no longer running.
    """
    begun = known.first_started or known.created
    if begun is not None and day < eastern_day(begun):
        return "not_expected"
    if known.state not in (None, RUNNING) and (known.stopped_at is None or day > eastern_day(known.stopped_at)):
        return "not_expected"
    return "observed" if now >= eastern_day_over(day) + SETTLING_TIME else "provisional"


def _collect(run: WorkspaceRun, tally: Tally, kind: TriggeredKind) -> None:
    assert run.customerio is not None
    _list(run, tally, kind)
    today = eastern_day(run.now)
    with run.reading() as connection:
        stored = known_triggered(connection, run.name, kind, today - timedelta(days=MOST_DAYS - 1))
    known = {number: one for number, one in stored.items() if one.gone_at is None}
    first_days = {number: first_day_to_ask(one, today) for number, one in known.items()}
    if run.window.fixed:
        first_days = dict.fromkeys(known, max(run.window.first_day, today - timedelta(days=MOST_DAYS - 1)))
    last_day = min(today - timedelta(days=1), run.window.last_day) if run.window.fixed else today - timedelta(days=1)
    if not known or min(first_days.values()) > last_day:
        tally.kept = True
        return
    tally.first_day, tally.last_day = min(first_days.values()), last_day
    answers = _Answers()
    try:
        _ask(run, kind, first_days, today, answers)
    finally:
        _save(run, tally, kind, known, first_days, answers)


def _list(run: WorkspaceRun, tally: Tally, kind: TriggeredKind) -> None:
    """Saves what is listed, and asks for what the list leaves out: only its own 404 means deleted."""
    assert run.customerio is not None
    client = run.customerio
    listing = fetch_triggered_list(client, kind)
    tally.shortfalls += [f"{KIND_NAMES[kind]} {one.campaign_id}: {one.reason}" for one in listing.refused]
    tally.shortfalls += listing.unreadable
    with run.reading() as connection:
        known = known_triggered(connection, run.name, kind, date.max)
    named = {*(one.object_id for one in listing.records), *(one.campaign_id for one in listing.refused)}
    there = [number for number, one in known.items() if one.gone_at is None]
    _refuse_another_list(kind, there, named)
    found: list[TriggeredRecord] = list(listing.records)
    gone: list[int] = []
    try:
        for part in fetch_each(
            [number for number in there if number not in named], lambda one: fetch_triggered(client, kind, one)
        ):
            if isinstance(part, Fetched):
                found.append(part.value)
                tally.shortfalls.append(
                    f"{KIND_NAMES[kind]} {part.campaign_id}: the list left it out, but it is there."
                )
            elif isinstance(part, CampaignGone):
                gone.append(part.campaign_id)
            else:
                tally.shortfalls.append(
                    f"{KIND_NAMES[kind]} {part.campaign_id}: not listed, and could not be asked: {part.reason}"
                )
    finally:
        with run.saving() as connection:
            save_triggered(connection, run.name, found, run.clock.instant())
            mark_triggered_gone(connection, run.name, kind, gone, run.clock.instant())
        tally.rows += len(found)
        tally.kept = tally.kept or bool(found)
    if gone:
        tally.notes.append(f"Deleted meanwhile: {', '.join(map(str, sorted(gone)))}.")


def _refuse_another_list(kind: TriggeredKind, there: Collection[int], named: Collection[int]) -> None:
    """Many that were there and a list with none of them: an answer of another workspace, or a broken one."""
    if len(there) > FEW_UNLISTED and not set(there) & set(named):
        raise CollectorError(
            f"Customer.io lists none of the {len(there)} {KIND_NAMES[kind].lower()}s that it had before. That is not "
            "believed, and what is stored is kept.",
            "Check that CUSTOMERIO_APP_API_KEY is still of the same workspace.",
            source="Customer.io",
        )


def _ask(
    run: WorkspaceRun, kind: TriggeredKind, first_days: Mapping[int, date], today: date, answers: _Answers
) -> None:
    assert run.customerio is not None
    client = run.customerio

    def fetch(number: int) -> UndatedMetrics:
        # One more than the earlier reading of today needs: the running day may already be the next one.
        days = (today - first_days[number]).days + 2
        return fetch_undated(client, metrics_path(kind, number), number, days, run.clock.present)

    missing: list[int] = []
    for part in fetch_each(
        first_days, fetch, progress=run.progress.advance, what=f"{KIND_NAMES[kind].lower()}s' sends"
    ):
        if isinstance(part, Fetched):
            answers.undated.append(part.value)
        elif isinstance(part, CampaignGone):
            missing.append(part.campaign_id)
        elif isinstance(part, CampaignRefused):
            answers.refused.append(f"{KIND_NAMES[kind]} {part.campaign_id}: {part.reason}")
    # Only its own 404 means deleted: that of its numbers may be of a part, and there may be no time to ask.
    for alone in fetch_each(missing, lambda one: fetch_triggered(client, kind, one)):
        if isinstance(alone, CampaignGone):
            answers.gone.append(alone.campaign_id)
        else:
            but = "but it is there." if isinstance(alone, Fetched) else f"and, asked for itself: {alone.reason}"
            answers.refused.append(
                f"{KIND_NAMES[kind]} {alone.campaign_id}: Customer.io answered 404 (not found), {but}"
            )
    answers.ended = True


def _save(
    run: WorkspaceRun,
    tally: Tally,
    kind: TriggeredKind,
    known: Mapping[int, KnownTriggered],
    first_days: Mapping[int, date],
    answers: _Answers,
) -> None:
    assert tally.last_day is not None
    last_day, now = tally.last_day, run.clock.instant()
    found = dated(
        run, kind, answers.undated, answers.refused, {number: first_days[number] for number in known}, last_day
    )

    def state_of(number: int, day: date) -> str:
        return state_of_day(known[number], day, run.now)

    with run.saving() as connection:
        doubts = doubts_about(connection, run.name, _TABLES[kind], found, run.today)
        answers.refused += [
            f"{KIND_NAMES[kind]} {one}: {why}" for (one,), why in {**doubts.refused, **doubts.lacking}.items()
        ]
        tally.rows += save_triggered_metrics(connection, run.name, kind, doubts.believed, state_of, now)
        mark_triggered_gone(connection, run.name, kind, answers.gone, now)
        answered = {one.object_id for one in doubts.believed}
        silent = [number for number in known if number not in answered and number not in answers.gone]
        asked = {number: days_between(first_days[number], last_day) for number in silent}
        mark_triggered_not_collected(connection, run.name, kind, asked, state_of, now)
        if not silent:
            settled = run.now >= eastern_day_over(last_day) + SETTLING_TIME
            states = {last_day: "observed" if settled else "provisional"}
            save_source_days(connection, _SOURCES[kind], states, run.collected(now))
    tally.kept = tally.kept or bool(answered)
    tally.shortfalls += answers.refused
    if not answers.ended:
        tally.shortfalls.append(f"{len(silent)} of {len(known)} {KIND_NAMES[kind].lower()}s were not read.")
