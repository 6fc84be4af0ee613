"""Source `customerio_campaigns`: every campaign's definition, and the messages of those that changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.day_states import RUNNING
from campaign_health.pipeline.run_report import Tally
from campaign_health.pipeline.sources.own_workspace import find_workspace_number
from campaign_health.pipeline.sources.really_gone import really_gone
from collectors.customerio import Fetched, fetch_campaign, fetch_campaigns, fetch_each, fetch_messages, with_messages
from collectors.customerio.trigger import UNKNOWN
from collectors.errors import CollectorError
from storage.read.collected import KnownCampaign, known_campaigns, message_updates
from storage.read.messages_read import messages_of_campaigns
from storage.records import CampaignGone, CampaignRecord, CampaignRefused
from storage.save import mark_campaign_gone, save_campaigns

# Nothing documents that an edited message moves its campaign's time of change: each is read again once a month.
REREAD_EVERY_DAYS = 30
# So few may well be deleted on one day.
FEW_CAMPAIGNS = 3


def collect_customerio_campaigns(run: WorkspaceRun, tally: Tally) -> None:
    """Saves the campaigns as listed; messages that could not be read this time stay as they were.

    Raises:
        CollectorError: what ended it; the list is saved if it was read.
    """
    assert run.customerio is not None
    client = run.customerio
    listing = fetch_campaigns(client)
    for refused in listing.refused:
        tally.shortfalls.append(f"Campaign {refused.campaign_id}: {refused.reason}")
    tally.shortfalls += listing.unreadable
    with run.reading() as connection:
        known, read_before = known_campaigns(connection, run.name), message_updates(connection, run.name)
        messages = messages_of_campaigns(connection, run.name)
    named = {*(one.campaign_id for one in listing.campaigns), *(one.campaign_id for one in listing.refused)}
    _refuse_another_workspace(known, named)
    run.campaigns_listed = True
    run.listed = {}
    for campaign in listing.campaigns:
        lost = what_is_lost(campaign, known.get(campaign.campaign_id))
        if lost is None:
            run.listed[campaign.campaign_id] = campaign
        else:
            tally.shortfalls.append(
                f"Campaign {campaign.campaign_id}: its entry has lost {lost}. What is stored of it is kept."
            )
    gone: list[int] = []
    absent: list[int] = []
    changed: set[int] = set()
    told: list[tuple[int, str]] = []
    try:
        gone += _ask_for_unlisted(run, tally, [one for one in known if one not in named])
        changed.update(campaigns_to_read(run.listed.values(), read_before, run.today.toordinal()))
        for part in fetch_each(
            sorted(changed),
            lambda i: fetch_messages(client, i, messages.get(i, {}), lambda said: told.append((i, said))),
            progress=run.progress.advance,
            what="campaigns' messages",
        ):
            if isinstance(part, Fetched):
                run.listed[part.campaign_id] = with_messages(run.listed[part.campaign_id], part.value)
                run.messages_read.add(part.campaign_id)
            elif isinstance(part, CampaignGone):
                absent.append(part.campaign_id)
            elif isinstance(part, CampaignRefused):
                tally.shortfalls.append(f"Messages of campaign {part.campaign_id}: {part.reason}")
        deleted, unlikely = really_gone(run, absent)
        gone += deleted
        tally.shortfalls += unlikely
    finally:
        tally.shortfalls += [f"Messages of campaign {campaign_id}: {said}" for campaign_id, said in told]
        unread = changed.difference(run.messages_read) | {campaign_id for campaign_id, _ in told}
        for one in unread & run.listed.keys() & read_before.keys():
            # As changed as it was when its messages were read: so the next run asks for them again.
            run.listed[one] = replace(run.listed[one], updated=read_before[one])
        _save(run, tally, gone)
    find_workspace_number(run)


def _ask_for_unlisted(run: WorkspaceRun, tally: Tally, unlisted: Collection[int]) -> list[int]:
    """Ids of the known campaigns that are deleted, by their own 404: that a list leaves one out proves nothing.

    Those that are there all the same are taken as read; of those that do not answer nothing is known.
    """
    assert run.customerio is not None
    client = run.customerio
    gone: list[int] = []
    for part in fetch_each(unlisted, lambda one: fetch_campaign(client, one)):
        if isinstance(part, Fetched):
            run.listed[part.campaign_id] = part.value
            tally.shortfalls.append(f"Campaign {part.campaign_id}: the list of campaigns left it out, but it is there.")
        elif isinstance(part, CampaignGone):
            gone.append(part.campaign_id)
        else:
            tally.shortfalls.append(f"Campaign {part.campaign_id}: not listed, and could not be asked: {part.reason}")
    return gone


def _refuse_another_workspace(known: Collection[int], listed: set[int]) -> None:
    """Raises CollectorError where not one of the known campaigns is listed: nobody deletes all of them in a day."""
    if len(known) < FEW_CAMPAIGNS or listed.intersection(known):
        return
    raise CollectorError(
        f"Customer.io lists none of the {len(known)} campaigns that are known, but {len(listed)} others. "
        "They are not taken for deleted.",
        "Check that CUSTOMERIO_APP_API_KEY is of the same Customer.io workspace as before; for another one use another "
        "CAMPAIGN_HEALTH_DATA_DIR or a [workspace.NAME] table of its own.",
        source="Customer.io",
    )


def what_is_lost(campaign: CampaignRecord, known: KnownCampaign | None) -> str | None:
    """What an entry does not say any more though no edit takes it away: it is not whole then. None where it is."""
    if known is None:
        return None
    no_trigger = campaign.event is None and campaign.trigger_kind in ("event", UNKNOWN)
    if known.event is not None and no_trigger and campaign.state == RUNNING:
        return "its trigger event"
    if known.first_started is not None and campaign.first_started is None:
        return "when it first started"
    return "when it was created" if known.created is not None and campaign.created is None else None


def campaigns_to_read(
    campaigns: Iterable[CampaignRecord], read_before: Mapping[int, datetime | None], day_number: int
) -> list[int]:
    """Ids of the campaigns whose messages must be read: new ones, changed ones, and each now and then."""
    return [
        campaign.campaign_id
        for campaign in campaigns
        if campaign.campaign_id not in read_before
        or campaign.updated is None
        or campaign.updated != read_before[campaign.campaign_id]
        or (campaign.campaign_id + day_number) % REREAD_EVERY_DAYS == 0
    ]


def _save(run: WorkspaceRun, tally: Tally, gone: list[int]) -> None:
    now = run.clock.instant()
    with run.saving() as connection:
        tally.rows = save_campaigns(connection, run.name, list(run.listed.values()), now)
        for campaign_id in gone:
            mark_campaign_gone(connection, run.name, campaign_id, now)
    tally.kept = True
    if gone:
        tally.notes.append(f"Deleted meanwhile: {', '.join(map(str, sorted(gone)))}.")
