"""`campaign-health route proof`: how soon a campaign's messages followed their events."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from campaign_health.cli.of_route.asked_campaign import asked_campaign
from campaign_health.cli.of_route.prove_campaigns import all_to_prove, prove_and_note, to_prove, workspaces_to_prove
from campaign_health.cli.of_route.published_numbers import publish_numbers
from campaign_health.cli.of_route.recovery_view import so_far
from campaign_health.cli.terminal.console import notes, print_json
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.cli.terminal.status_view import clean, print_rendered
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.process.clock import read_clock
from campaign_health.route.proof.proving import Proof
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from campaign_health.settings import load_settings
from campaign_health.words.dates import days_text
from campaign_health.words.numbers import count, share_text
from campaign_health.words.proof_words import kept_text, length_text, rest_text
from collectors.errors import CollectorError
from storage.errors import BusyError
from storage.file.database import open_published

DAYS = 7
SHARES = (0.5, 0.95, 0.99)


@click.command(name="proof")
@click.argument("campaign", required=False)
@click.option("--all", "every", is_flag=True, help="Every campaign whose event is known, in place of one.")
@click.option("--since", type=DAY, help="First day; without it, a week ago.")
@click.option("--until", type=DAY, help="Last day; without it, today.")
@click.option("--workspace", help="Only this workspace.")
@click.option("--json", "as_json", is_flag=True, help="Write the hours as JSON.")
def command(
    campaign: str | None,
    every: bool,
    since: datetime | None,
    until: datetime | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Say how soon CAMPAIGN's messages followed their events, and whether its promise was kept.

    A timing such as `within 5 minutes`, from the manifest or the campaign's page, is a promise; any other is none.
    Events are read from Mixpanel's raw export, messages from Customer.io and from the reports that `route serve` has
    kept. Nobody is named. What cannot be told yet is counted apart from what was late or not sent. The campaign's page
    tells of it too.
    """
    if every == (campaign is not None):
        raise click.UsageError("Name one campaign, or say --all.")
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    now = read_clock(os.environ)
    back = timedelta(days=DAYS)
    if campaign is None:
        asked = [(of, all_to_prove(settings, of, back, now)) for of in workspaces_to_prove(settings, workspace)]
    else:
        with open_published(settings.data_dir) as connection:
            of, campaign_id, title = asked_campaign(connection, settings, workspace, campaign)
            asked = [(of, [to_prove(connection, of, campaign_id, title, (since, until), back, now)])]
    failed: list[CollectorError] = []
    told = []
    for of, campaigns in asked:
        with notes.status("Looking what was sent") as status:
            results = list(prove_and_note(settings, of, campaigns, now, lambda *done: status.update(so_far(*done))))
        # Where somebody is just writing, the next collection does it.
        with suppress(BusyError):
            publish_numbers(settings.data_dir, of.name)
        for one, proof in results:
            if not isinstance(proof, Proof):
                failed.append(proof)
            elif as_json:
                told.append(_as_json(one.plan, proof))
            else:
                print_rendered(partial(_print, plan=one.plan, proof=proof))
    if as_json:
        print_json({"campaigns": told} if every else told[0] if told else {})
    if failed:
        raise failed[0]


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
    late = 0 if proof.within is None else proof.sent - proof.within
    lines += [rest] if (rest := rest_text(late, proof.not_sent, proof.unknown)) else []
    if proof.sent:
        took = [f"{share_text(share)} within {length_text(proof.took.quantile(share) or 0.0)}" for share in SHARES]
        lines.append(f"Of what was sent, {', '.join(took)}.")
    for line in lines:
        console.print(Text(clean(line)))
