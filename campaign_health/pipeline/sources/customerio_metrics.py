"""Source `customerio_metrics`: each campaign's daily sends and what became of them, and why messages failed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.campaign_days import (
    CampaignDays,
    collect_campaign_days,
    engagement_state_of_campaign_day,
    state_of_campaign_day,
)
from collectors.customerio import (
    Fetched,
    fetch_campaign_metrics,
    fetch_each,
    fetch_failures,
    fetch_messages,
    with_messages,
)
from storage.connection import Connection
from storage.read.messages_read import messages_of_campaigns
from storage.records import CampaignFailures, CampaignMetrics, CampaignRecord, CampaignRefused
from storage.save import save_campaign_metrics, save_campaigns, save_failures

# Over how many of the newest days a campaign that makes messages and sends none is looked at again.
NEWEST_DAYS = 2


def collect_customerio_metrics(run: WorkspaceRun, tally: Tally) -> None:
    """Saves the series of every campaign that ever ran, then asks why messages failed and which are drafts.

    Raises:
        CollectorError: what ended it; what was complete is saved.
    """
    assert run.customerio is not None
    client = run.customerio
    failing: set[int] = set()
    doubtful: set[int] = set()

    def fetch(campaign_id: int, first_day: date, last_day: date) -> CampaignMetrics:
        return fetch_campaign_metrics(client, campaign_id, first_day, last_day, run.zone, run.now)

    def save(connection: Connection, plan: CampaignDays, metrics: list[CampaignMetrics]) -> int:
        failing.update(record.campaign_id for record in metrics if has_failures(record))
        doubtful.update(record.campaign_id for record in metrics if makes_and_does_not_send(record))
        return save_campaign_metrics(
            connection,
            run.name,
            metrics,
            state_of_campaign_day(run, plan),
            engagement_state_of_campaign_day(run, plan),
            run.clock.instant(),
        )

    collect_campaign_days(run, tally, "customerio_metrics", fetch, save, "campaigns' sends", "campaign_day")
    if run.order.light:
        return
    _collect_failures(run, tally, sorted(failing))
    _look_at_messages_again(run, tally, sorted(doubtful - run.messages_read))


def has_failures(metrics: CampaignMetrics) -> bool:
    """Whether any message failed within the days read."""
    return any(metrics.series.get("failed", ()))


def makes_and_does_not_send(metrics: CampaignMetrics) -> bool:
    """Whether messages were drafted, or made and not sent, on the newest days: one may have been switched off."""
    sent, drafted, created = (
        [count or 0 for count in metrics.series.get(name, ())][-NEWEST_DAYS:] for name in ("sent", "drafted", "created")
    )
    return any(drafted) or (any(created) and not any(sent))


def _collect_failures(run: WorkspaceRun, tally: Tally, campaign_ids: list[int]) -> None:
    assert run.customerio is not None
    client = run.customerio
    found: list[CampaignFailures] = []
    try:
        for part in fetch_each(
            campaign_ids, lambda i: fetch_failures(client, i), progress=run.progress.advance, what="reasons of failures"
        ):
            if isinstance(part, Fetched):
                found.append(part.value)
            elif isinstance(part, CampaignRefused):
                tally.shortfalls.append(f"Failure messages of campaign {part.campaign_id}: {part.reason}")
    finally:
        if found:
            with run.saving() as connection:
                tally.rows += save_failures(connection, run.name, found, run.clock.instant())


def _look_at_messages_again(run: WorkspaceRun, tally: Tally, campaign_ids: Collection[int]) -> None:
    """Reads the messages of campaigns whose numbers suggest that one is a draft or off; editing one is not listed."""
    assert run.customerio is not None
    client = run.customerio
    listed = [campaign_id for campaign_id in campaign_ids if campaign_id in run.listed]
    with run.reading() as connection:
        messages = messages_of_campaigns(connection, run.name)
    read: list[CampaignRecord] = []
    told: list[tuple[int, str]] = []
    try:
        for part in fetch_each(
            listed,
            lambda i: fetch_messages(client, i, messages.get(i, {}), lambda said: told.append((i, said))),
            progress=run.progress.advance,
            what="messages that may be off",
        ):
            if isinstance(part, Fetched):
                read.append(with_messages(run.listed[part.campaign_id], part.value))
            elif isinstance(part, CampaignRefused):
                tally.shortfalls.append(f"Messages of campaign {part.campaign_id}: {part.reason}")
    finally:
        tally.shortfalls += [f"Messages of campaign {campaign_id}: {said}" for campaign_id, said in told]
        if read:
            with run.saving() as connection:
                save_campaigns(connection, run.name, read, run.clock.instant())
