"""What campaign metrics and journeys have in common: which campaigns to ask for which days, and what to mark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from campaign_health.pipeline.campaign_lives import campaign_lives
from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.day_states import CampaignLife, count_state, count_states, days_between, engagement_state
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.customerio_campaigns import collect_customerio_campaigns
from campaign_health.pipeline.sources.really_gone import really_gone
from campaign_health.pipeline.windows import first_day_to_ask, reach_of
from collectors.customerio import Fetched, fetch_each
from collectors.errors import CollectorError
from storage.connection import Connection
from storage.read.collected import (
    asked_from,
    campaign_gaps,
    existing_campaigns,
    first_stored_day,
    stored_days,
    was_ever_collected,
)
from storage.read.vanished_numbers import Table, doubts_about
from storage.records import CampaignGone, CampaignMetrics, CampaignRefused, JourneyMetrics, Source
from storage.save import mark_campaign_gone, mark_not_collected, save_source_days

# Campaigns saved in one transaction: small enough for memory, large enough to be quick.
SAVED_AT_ONCE = 100

Record = TypeVar("Record", CampaignMetrics, JourneyMetrics)


@dataclass
class CampaignDays:
    """Whom to ask for what: `first_days` for each campaign that ever ran, `idle` are those that never did."""

    first_day: date
    last_day: date
    first_days: dict[int, date]
    idle: list[int]
    lives: dict[int, CampaignLife]

    def is_expected(self, campaign_id: int, day: date) -> bool:
        """Whether the campaign was running on that day."""
        life = self.lives.get(campaign_id)
        return life is not None and life.is_expected(day)


def plan_campaign_days(run: WorkspaceRun, source: Source) -> CampaignDays:
    """One request for each campaign covers any number of days: from the first that it lacks, at least the last 7.

    Those that lack the most come first: where a run has no time for all, the next one goes on from there.

    Raises:
        CollectorError: no list of campaigns was ever read.
    """
    last_day = run.window.last_day
    ensure_campaigns_are_listed(run)
    with run.reading() as connection:
        earliest = first_stored_day(connection, run.name, source)
        reach = reach_of(run.window, earliest, asked_from(connection, run.name, source))
        first_day = first_day_to_ask(run.window, reach, stored_days(connection, run.name, source))
        gaps = {} if run.window.fixed else campaign_gaps(connection, run.name, source, reach, last_day)
        lives = campaign_lives(connection, run.name, run.zone)
        existing = existing_campaigns(connection, run.name)
    ran = [campaign_id for campaign_id in existing if lives[campaign_id].first_started is not None]
    ran.sort(key=lambda campaign_id: gaps.get(campaign_id, last_day))
    return CampaignDays(
        first_day=first_day,
        last_day=last_day,
        first_days={campaign_id: min(first_day, gaps.get(campaign_id, first_day)) for campaign_id in ran},
        idle=[campaign_id for campaign_id in lives if campaign_id not in set(ran)],
        lives=lives,
    )


def ensure_campaigns_are_listed(run: WorkspaceRun) -> None:
    """Reads the list of campaigns where neither this run nor an earlier one has.

    Raises:
        CollectorError: it cannot be read, or this run has tried already.
    """
    if run.campaigns_listed:
        return
    with run.reading() as connection:
        if was_ever_collected(connection, run.name, "customerio_campaigns"):
            return
    if "customerio_campaigns" in run.order.sources:
        raise CollectorError(
            "The list of campaigns could not be read, so none could be asked for.",
            "The next run asks for all of these days again.",
            source="Customer.io",
        )
    collect_customerio_campaigns(run, Tally("customerio_campaigns", run.clock.instant()))


def collect_campaign_days(
    run: WorkspaceRun,
    tally: Tally,
    source: Source,
    fetch_one: Callable[[int, date, date], Record],
    save: Callable[[Connection, CampaignDays, list[Record]], int],
    what: str,
    table: Table,
) -> None:
    """Asks for each campaign, several in flight, and saves a hundred at a time.

    Args:
        fetch_one: the record of (campaign id, first day, last day).
        save: saves records and returns the rows written.
        what: the thing fetched, for the progress display.
        table: where it is stored.

    Raises:
        CollectorError: what ended it; the campaigns answered for by then are saved, the others marked.
    """
    plan = plan_campaign_days(run, source)
    first_days: dict[int, date] = plan.first_days
    last_day = plan.last_day
    tally.first_day, tally.last_day = min([plan.first_day, *first_days.values()]), last_day
    answered: set[int] = set()
    gone: list[int] = []
    refused: list[str] = []
    waiting: list[Record] = []
    ended = False

    def flush(connection: Connection) -> None:
        doubts = doubts_about(connection, run.name, table, waiting, run.today)
        doubted = {campaign_id for (campaign_id,) in doubts.refused}
        answered.difference_update(doubted)
        refused.extend(f"Campaign {one}: {why}" for (one,), why in {**doubts.refused, **doubts.lacking}.items())
        if doubts.believed:
            tally.rows += save(connection, plan, doubts.believed)
            tally.kept = True
        waiting.clear()

    try:
        for part in fetch_each(
            list(first_days),
            lambda campaign_id: fetch_one(campaign_id, first_days[campaign_id], last_day),
            progress=run.progress.advance,
            what=what,
        ):
            if isinstance(part, Fetched):
                answered.add(part.campaign_id)
                waiting.append(part.value)
                if len(waiting) >= SAVED_AT_ONCE:
                    with run.saving(let_go=True) as connection:
                        flush(connection)
            elif isinstance(part, CampaignGone):
                gone.append(part.campaign_id)
            elif isinstance(part, CampaignRefused):
                refused.append(f"Campaign {part.campaign_id}: {part.reason}")
        gone, unlikely = really_gone(run, gone)
        refused += unlikely
        ended = True
    finally:
        with run.saving() as connection:
            flush(connection)
            _conclude(run, connection, source, plan, answered, gone if ended else [], ended=ended)
        if ended:
            tally.shortfalls += refused
        else:
            left = len(first_days) - len(answered)
            tally.shortfalls.append(f"{left} of {len(first_days)} campaigns were not read.")
    if not answered and not tally.shortfalls:
        tally.kept = True
    if gone:
        tally.notes.append(f"Deleted meanwhile: {', '.join(map(str, sorted(gone)))}.")


def _conclude(
    run: WorkspaceRun,
    connection: Connection,
    source: Source,
    plan: CampaignDays,
    answered: set[int],
    gone: list[int],
    *,
    ended: bool,
) -> None:
    """Says of each day whether the source answered, and marks what it did not answer."""
    now = run.clock.instant()
    silent = [campaign_id for campaign_id in plan.first_days if campaign_id not in answered]
    whole = ended and (bool(answered) or not silent)
    for campaign_id in gone:
        mark_campaign_gone(connection, run.name, campaign_id, now)
    lives = campaign_lives(connection, run.name, run.zone) if gone else plan.lives

    def is_expected(campaign_id: int, day: date) -> bool:
        return lives[campaign_id].is_expected(day)

    for first_day, campaign_ids in _by_first_day(plan, silent):
        mark_not_collected(
            connection,
            source,
            first_day,
            plan.last_day,
            run.collected(now),
            campaign_ids=campaign_ids,
            is_expected=is_expected,
            whole_source=False,
        )
    mark_not_collected(
        connection,
        source,
        plan.first_day,
        plan.last_day,
        run.collected(now),
        campaign_ids=plan.idle,
        is_expected=is_expected,
        whole_source=not whole,
    )
    if whole:
        states = count_states(plan.first_day, plan.last_day, run.now, run.zone)
        save_source_days(connection, source, states, run.collected(now))


def _by_first_day(plan: CampaignDays, campaign_ids: Collection[int]) -> Iterator[tuple[date, list[int]]]:
    grouped: dict[date, list[int]] = defaultdict(list)
    for campaign_id in campaign_ids:
        grouped[plan.first_days[campaign_id]].append(campaign_id)
    yield from sorted(grouped.items())


def state_of_campaign_day(run: WorkspaceRun, plan: CampaignDays) -> Callable[[int, date], str]:
    """The state of (campaign, day) for sends and journeys."""
    settled = {day: count_state(day, run.now, run.zone) for day in _days(plan)}
    return lambda campaign_id, day: settled[day] if plan.is_expected(campaign_id, day) else "not_expected"


def engagement_state_of_campaign_day(run: WorkspaceRun, plan: CampaignDays) -> Callable[[int, date], str]:
    """The state of (campaign, day) for opens, clicks and the like."""
    settled = {day: engagement_state(day, run.now, run.zone) for day in _days(plan)}
    return lambda campaign_id, day: settled[day] if plan.is_expected(campaign_id, day) else "not_expected"


def _days(plan: CampaignDays) -> list[date]:
    return days_between(min([plan.first_day, *plan.first_days.values()]), plan.last_day)
