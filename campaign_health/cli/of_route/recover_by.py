"""The ways by which `route recover --send` reaches people, once their number was typed back."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

from campaign_health.cli.of_route.asked_campaign import campaign_entry, manifest_event
from campaign_health.errors import CouldNotStart, Refused
from campaign_health.manifest.durations import TRIGGERS_WITHIN_SECONDS
from campaign_health.route.recovery.broadcast_way import BroadcastWay
from campaign_health.route.recovery.careful_sending import Pace, Sent, Way, WayName, recovery_row, send_carefully
from campaign_health.route.recovery.chosen_way import Chosen
from campaign_health.route.recovery.exported_events import events_between
from campaign_health.route.recovery.looking import Found, Sources
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from campaign_health.route.recovery.replay_way import ReplayWay
from campaign_health.route.recovery.replays import replays_of
from campaign_health.route.recovery.segment_way import SegmentFilled, fill_segment
from campaign_health.route.track_client import track_client
from campaign_health.settings import WorkspaceSettings
from collectors.http.client import Progress
from storage.outbox.recovery_ledger import RecoveryLedger

STALE_SECONDS = 900.0
"""After a look so long ago, somebody may have got the message, or unsubscribed, since."""
WHAT_IS_TYPED = {
    "segment": "people to put into the segment",
    "replay": "people whose event is sent again",
    "broadcast": "people to send the broadcast to",
}


def choose(way: WayName, plan: RecoveryPlan, found: Found, sources: Sources, of: WorkspaceSettings) -> Chosen:
    """Whom the way can reach of those who can be reached.

    Raises:
        CouldNotStart: the manifest does not say what the way needs.
        CollectorError: the events could not be read again.
    """
    reachable = found.missed.reachable
    if way == "segment":
        return Chosen(way, reachable)
    if way == "broadcast":
        entry = campaign_entry(of, plan.campaign_id, plan.campaign)
        if entry is None or entry.recovery_broadcast is None:
            raise CouldNotStart(
                f"The manifest names no broadcast for people who missed {plan.campaign!r}.",
                "Make an API-triggered broadcast in Customer.io, and name its id in the manifest: "
                "`recovery_broadcast: 42`, at the campaign.",
            )
        return Chosen(way, reachable, broadcast_id=entry.recovery_broadcast)
    declared = manifest_event(of, plan.events)
    if declared is None:
        raise CouldNotStart(
            f"The manifest does not say what {' or '.join(plan.events)} carries, so nothing of it may be sent again.",
            "Declare the event and the properties that the campaign uses in the manifest; `campaign-health init` can.",
        )
    now = sources.now.timestamp()
    events = events_between(
        sources.mixpanel,
        plan.events,
        max(plan.begin, now - TRIGGERS_WITHIN_SECONDS),
        min(plan.end, now),
        plan.zone,
        sources.now,
    )
    replays = replays_of(events, reachable, plan, declared.properties, sources.by, now)
    return Chosen(way, tuple(replays.operations), replays)


def reach(
    chosen: Chosen,
    plan: RecoveryPlan,
    by_whom: str,
    sources: Sources,
    of: WorkspaceSettings,
    ledger_of: Callable[[int], RecoveryLedger],
    pace: Pace,
    progress: Progress,
    ask: Callable[[], None],
) -> SegmentFilled | Sent:
    """Reach them by the way that was chosen.

    `ledger_of` gives the ledger of a campaign or broadcast; `ask` has the number typed back, once all that is needed is
    there.

    Raises:
        CouldNotStart: there are no credentials.
        Refused: the number was not typed, or too late.
        CollectorError: Customer.io did not take it.
    """
    ledger = ledger_of(plan.campaign_id)
    track = None if chosen.way == "broadcast" else track_client(of.route)
    looked = time.monotonic()
    ask()
    if time.monotonic() - looked > STALE_SECONDS:
        raise Refused(
            "The number was typed more than a quarter of an hour after the look.",
            "Nothing was written. Run it again: others may have got the message, or unsubscribed, since.",
        )
    if chosen.way == "segment":
        assert track is not None
        return fill_segment(
            plan, chosen.people, by_whom, sources.by, sources.customerio, track, ledger, sources.now, progress
        )
    way: Way
    if chosen.broadcast_id is not None:
        way = BroadcastWay(chosen.broadcast_id, sources, ledger_of(chosen.broadcast_id))
    else:
        assert track is not None
        assert chosen.replays is not None
        way = ReplayWay(chosen.replays, plan, sources, track, ledger)
    row = recovery_row(plan, chosen.way, by_whom, sources.now)
    return send_carefully(way, chosen.people, row, ledger, pace, progress)


def ask_number(chosen: Chosen, given: int | None) -> None:
    """Raises Refused unless the number of people is typed, or was given."""
    number, typed = len(chosen.people), given
    if typed is None:
        typed = click.prompt(f"Type the number of {WHAT_IS_TYPED[chosen.way]} ({number})", type=int, err=True)
    if typed != number:
        raise Refused(f"{typed} is not {number}, the number of {WHAT_IS_TYPED[chosen.way]}. Nothing was written.")
