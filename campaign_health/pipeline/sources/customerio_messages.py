"""Source `customerio_messages`: what each message of the running campaigns with several did, a few in every run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from campaign_health.pipeline.campaign_lives import campaign_lives
from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.day_states import count_state
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.campaign_days import SAVED_AT_ONCE, ensure_campaigns_are_listed
from collectors.customerio import Fetched, fetch_each, fetch_message_metrics
from storage.read.message_days import MessageToAsk, messages_to_ask
from storage.read.vanished_numbers import doubts_about
from storage.records import CampaignGone, CampaignRefused, MessageMetrics
from storage.save import save_message_metrics, save_source_days

# One request covers any number of days: so many show how a message usually is, and when it fell silent.
REACH_DAYS = 70
# Numbers of the newest days still grow: they are read again.
REREAD_DAYS = 7


def collect_customerio_messages(run: WorkspaceRun, tally: Tally) -> None:
    """Asks for as many messages as the setting allows, those that are known the least far first, newest days included.

    Raises:
        CollectorError: what ended it; the messages answered for by then are saved, the others stay unknown.
    """
    assert run.customerio is not None
    assert run.workspace.customerio is not None
    client, last_day = run.customerio, run.window.last_day
    ensure_campaigns_are_listed(run)
    with run.reading() as connection:
        wanted = messages_to_ask(connection, run.name, last_day)
        lives = campaign_lives(connection, run.name, run.zone)
    asked = wanted[: run.workspace.customerio.messages_per_run]
    tally.kept = not asked
    if not asked:
        return
    first_days = [first_day_of(one, run.window.first_day if run.window.fixed else None, last_day) for one in asked]
    tally.first_day, tally.last_day = min(first_days), last_day
    waiting: list[MessageMetrics] = []
    doubted: list[str] = []

    def state_of(campaign_id: int, day: date) -> str:
        life = lives.get(campaign_id)
        running = life is not None and life.is_expected(day)
        return count_state(day, run.now, run.zone) if running else "not_expected"

    def save(*, let_go: bool = False) -> None:
        if not waiting:
            return
        channels = {(one.campaign_id, one.message_id): one.channel for one in asked}
        with run.saving(let_go=let_go) as connection:
            doubts = doubts_about(connection, run.name, "message_day", waiting, run.today)
            tally.rows += save_message_metrics(
                connection, run.name, doubts.believed, channels, state_of, run.clock.instant()
            )
        for (campaign, message), why in {**doubts.refused, **doubts.lacking}.items():
            doubted.append(f"Message {message} of campaign {campaign}: {why}")
        tally.kept = tally.kept or bool(doubts.believed)
        waiting.clear()

    answered = 0
    try:
        for part in fetch_each(
            range(len(asked)),
            lambda place: fetch_message_metrics(
                client, asked[place].campaign_id, asked[place].message_id, first_days[place], last_day,
                run.zone, run.now,
            ),
            progress=run.progress.advance,
            what="messages",
        ):  # fmt: skip
            if isinstance(part, Fetched):
                answered += 1
                waiting.append(part.value)
                if len(waiting) >= SAVED_AT_ONCE:
                    save(let_go=True)
            elif isinstance(part, CampaignGone):
                tally.notes.append(f"{_named(asked[part.campaign_id])} is no longer in Customer.io.")
            elif isinstance(part, CampaignRefused):
                tally.shortfalls.append(f"{_named(asked[part.campaign_id])}: {part.reason}")
    finally:
        save()
        tally.shortfalls += doubted
        _conclude(run, tally, asked, wanted, answered - len(doubted))


def first_day_of(message: MessageToAsk, fixed: date | None, last_day: date) -> date:
    """The first day to ask of a message: what a run was told (`fixed`), else what it lacks, and a week again."""
    if fixed is not None:
        return fixed
    earliest = last_day - timedelta(days=REACH_DAYS - 1)
    if message.newest is None:
        return earliest
    return max(earliest, min(message.newest, last_day) - timedelta(days=REREAD_DAYS - 1))


def _conclude(
    run: WorkspaceRun,
    tally: Tally,
    asked: Sequence[MessageToAsk],
    wanted: Sequence[MessageToAsk],
    answered: int,
) -> None:
    if len(wanted) > len(asked):
        tally.notes.append(
            f"{len(asked)} of {len(wanted)} messages were asked for in this run (CUSTOMERIO_MESSAGES_PER_RUN); the"
            " next runs ask for the others."
        )
    if answered == len(wanted):
        state = {run.window.last_day: count_state(run.window.last_day, run.now, run.zone)}
        with run.saving() as connection:
            save_source_days(connection, "customerio_messages", state, run.collected(run.clock.instant()))


def _named(message: MessageToAsk) -> str:
    return f"Message {message.message_id} of campaign {message.campaign_id}"
