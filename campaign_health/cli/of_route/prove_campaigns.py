"""Looks whether campaigns kept their promises, and leaves the numbers for the monitor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from campaign_health.cli.of_route.asked_campaign import campaign_timing, plan_of_days, services
from campaign_health.errors import CouldNotStart
from campaign_health.manifest.durations import promised_seconds
from campaign_health.route.numbers_file import note_proof
from campaign_health.route.proof.proof_note import proof_note
from campaign_health.route.proof.proving import Proof, ToProve, prove_each
from campaign_health.route.route_place import route_place
from campaign_health.settings import Settings, WorkspaceSettings
from collectors.errors import CollectorError
from collectors.http.client import Progress
from storage.connection import Connection
from storage.file.database import open_published
from storage.outbox.recovery_ledger import RecoveryLedger
from storage.outbox.route_file import PersonHash, open_route_file
from storage.read.campaign_names import named_campaigns
from storage.read.judged import campaign_plans

Result = tuple[ToProve, Proof | CollectorError]


def to_prove(
    connection: Connection,
    of: WorkspaceSettings,
    campaign_id: int,
    title: str,
    asked: tuple[datetime | None, datetime | None],
    back: timedelta,
    now: datetime,
) -> ToProve:
    """A campaign on the days that were asked for; without, from so long ago to today.

    Raises:
        CouldNotStart: the campaign's event is not known, or the days are in the wrong order.
    """
    plan = plan_of_days(connection, of, campaign_id, title, asked, back, now)
    return ToProve(plan, promised_seconds(campaign_timing(connection, of.name, campaign_id)))


def all_to_prove(settings: Settings, of: WorkspaceSettings, back: timedelta, now: datetime) -> list[ToProve]:
    """Every campaign of a workspace whose event is known."""
    with open_published(settings.data_dir) as connection:
        events = {row["campaign_id"]: row["event"] for row in campaign_plans(connection, of.name)}
        return [
            to_prove(connection, of, campaign_id, name, (None, None), back, now)
            for _, campaign_id, name in named_campaigns(connection, of.name)
            if events.get(campaign_id) is not None
        ]


def prove_and_note(
    settings: Settings, of: WorkspaceSettings, asked: Sequence[ToProve], now: datetime, progress: Progress | None = None
) -> Iterator[Result]:
    """What became of each campaign's events; the numbers of each are noted as soon as they are there.

    Raises:
        CouldNotStart: a service has no keys.
        CollectorError: Mixpanel did not answer, or not to its end.
        StorageError: the route's file cannot be used.
    """
    with services(settings, of, now) as sources, open_route_file(route_place(settings)) as route_file:
        ledger_of = partial(RecoveryLedger, route_file, PersonHash(route_place(settings)), of.name)
        for one, proof in prove_each(asked, sources, ledger_of, progress):
            if isinstance(proof, Proof):
                note_proof(settings.data_dir, of.name, proof_note(one, proof, now))
            yield one, proof


def workspaces_to_prove(settings: Settings, workspace: str | None) -> list[WorkspaceSettings]:
    """Those that have the keys of both services."""
    found = [one for one in settings.workspaces if workspace in (None, one.name)]
    with_keys = [one for one in found if one.mixpanel is not None and one.customerio is not None]
    if not with_keys:
        raise CouldNotStart(
            "No workspace has the keys of both Mixpanel and Customer.io.",
            "`campaign-health doctor` says which are needed.",
        )
    return with_keys
