"""`campaign-health route proof`: how soon a campaign's messages followed their events."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from campaign_health.cli.judge import check_workspace
from campaign_health.cli.of_route.asked_campaign import asked_campaign, campaign_timing, plan_of_days, services
from campaign_health.cli.terminal.console import notes, print_json
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.cli.terminal.recovery_view import so_far
from campaign_health.cli.terminal.status_view import clean, print_rendered
from campaign_health.manifest.durations import promised_seconds
from campaign_health.process.clock import read_clock
from campaign_health.route.proof.proving import Proof, prove
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from campaign_health.settings import load_settings
from campaign_health.words.dates import days_text
from campaign_health.words.numbers import count, share_text
from campaign_health.words.proof_words import kept_text, length_text
from storage.file.database import open_published
from storage.outbox.recovery_ledger import RecoveryLedger
from storage.outbox.route_file import PersonHash, open_route_file

DAYS = 7
SHARES = (0.5, 0.95, 0.99)


@click.command(name="proof")
@click.argument("campaign")
@click.option("--since", type=DAY, help="First day; without it, a week ago.")
@click.option("--until", type=DAY, help="Last day; without it, today.")
@click.option("--workspace", help="Only this workspace.")
@click.option("--json", "as_json", is_flag=True, help="Write the hours as JSON.")
def command(
    campaign: str, since: datetime | None, until: datetime | None, workspace: str | None, as_json: bool
) -> None:
    """Say how soon CAMPAIGN's messages followed their events, and whether its promise was kept.

    A timing such as `within 5 minutes`, from the manifest or the campaign's page, is a promise; any other is none.
    Events are read from Mixpanel's raw export, messages from Customer.io and from the reports that `route serve` has
    kept. Nobody is named. What cannot be told yet is counted apart from what was late or not sent.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    now = read_clock(os.environ)
    with open_published(settings.data_dir) as connection:
        of, campaign_id, title = asked_campaign(connection, settings, workspace, campaign)
        plan = plan_of_days(connection, of, campaign_id, title, (since, until), timedelta(days=DAYS), now)
        promise = promised_seconds(campaign_timing(connection, of.name, campaign_id))
    with services(settings, of, now) as sources, open_route_file(settings.data_dir) as route_file:
        ledger = RecoveryLedger(route_file, PersonHash(settings.data_dir), of.name, campaign_id)
        with notes.status("Looking what was sent") as status:
            proof = prove(plan, promise, sources, ledger, lambda *done: status.update(so_far(*done)))
    if as_json:
        print_json(_as_json(plan, proof))
    else:
        print_rendered(lambda console: _print(console, plan, proof))


def _as_json(plan: RecoveryPlan, proof: Proof) -> dict[str, object]:
    return {
        "workspace": plan.workspace,
        "campaign_id": plan.campaign_id,
        "campaign": plan.campaign,
        "since": plan.since.isoformat(),
        "until": plan.until.isoformat(),
        "promise_seconds": proof.promise_seconds,
        "qualifying": proof.qualifying,
        "sent": proof.sent,
        "within_promise": proof.within,
        "not_sent": proof.not_sent,
        "unknown": proof.unknown,
        **{f"p{round(share * 100)}_seconds": proof.took.quantile(share) for share in SHARES},
        "hours": [
            {
                "hour": datetime.fromtimestamp(one.hour, UTC).isoformat(),
                "qualifying": one.qualifying,
                "sent": one.sent,
                "within_promise": one.within,
                "not_sent": one.not_sent,
                "unknown": one.unknown,
            }
            for one in proof.hours
        ],
    }


def _print(console: Console, plan: RecoveryPlan, proof: Proof) -> None:
    said = kept_text(plan.campaign, proof.promise_seconds, proof.within, proof.sent, proof.known)
    console.print(Text(clean(said), style="bold"))
    lines = [f"{days_text(plan.since, plan.until, plan.until)}: {count(proof.qualifying)} qualifying events."]
    if proof.within is not None and proof.sent > proof.within:
        lines.append(f"{count(proof.sent - proof.within)} were late.")
    if proof.not_sent:
        lines.append(f"{count(proof.not_sent)} sent nothing.")
    if proof.unknown:
        lines.append(f"{count(proof.unknown)} cannot be told yet, or are of nobody who is known.")
    if proof.sent:
        took = [f"{share_text(share)} within {length_text(proof.took.quantile(share) or 0.0)}" for share in SHARES]
        lines.append(f"Of what was sent, {', '.join(took)}.")
    for line in lines:
        console.print(Text(clean(line)))
