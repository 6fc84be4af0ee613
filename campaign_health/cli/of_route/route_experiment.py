"""`campaign-health route experiment`: whether sending at once is worth it."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from campaign_health.cli.of_route.asked_campaign import asked_campaign
from campaign_health.cli.terminal.console import print_json, results
from campaign_health.cli.terminal.status_view import clean
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.settings import load_settings
from campaign_health.state.experiments import ExperimentState, experiments_of
from campaign_health.words.experiment_words import NOT_COMPARED
from storage.connection import Connection
from storage.file.database import open_published
from storage.read.campaign_names import named_campaigns

Told = tuple[str, int, str, ExperimentState | None]


@click.command(name="experiment")
@click.argument("campaign", required=False)
@click.option("--workspace", help="Only this workspace.")
@click.option("--json", "as_json", is_flag=True, help="Write the numbers as JSON.")
def command(campaign: str | None, workspace: str | None, as_json: bool) -> None:
    """Say what the experiment of CAMPAIGN, or of every campaign, has shown: at once against once a day.

    `experiment` of a campaign in the manifest begins one. The numbers are those of the published file, as on the
    campaign's page; `route serve` has them published every hour, or `route status --publish`. Nobody is named.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    with open_published(settings.data_dir) as connection:
        if campaign is not None:
            of, campaign_id, title = asked_campaign(connection, settings, workspace, campaign)
            found = [(of.name, campaign_id, title, experiments_of(connection, of.name).get(campaign_id))]
        else:
            names = [one.name for one in settings.workspaces if workspace in (None, one.name)]
            found = [told for name in names for told in _of_workspace(connection, name)]
    if as_json:
        print_json({"experiments": [_as_json(*one) for one in found]})
        return
    if not found:
        results.print("No campaign has an `experiment` in the manifest, or nobody had its event yet.", markup=False)
    for _, _, title, state in found:
        results.print(clean(title), style="bold", markup=False)
        for sentence in (NOT_COMPARED,) if state is None else state.sentences():
            results.print(clean(sentence), markup=False)


def _of_workspace(connection: Connection, name: str) -> list[Told]:
    titles = {campaign_id: title for _, campaign_id, title in named_campaigns(connection, name)}
    return [
        (name, campaign_id, titles.get(campaign_id, f"Campaign {campaign_id}"), state)
        for campaign_id, state in experiments_of(connection, name).items()
    ]


def _as_json(workspace: str, campaign_id: int, title: str, state: ExperimentState | None) -> dict[str, Any]:
    told: dict[str, Any] = {"workspace": workspace, "campaign_id": campaign_id, "campaign": title, "arms": {}}
    if state is None:
        return told
    for arm in (state.at_once, state.held_back):
        numbers = ("share", "assigned", "observed", "converted", "waiting")
        told["arms"][arm.arm] = {name: getattr(arm, name) for name in numbers}
    of, found = state.held_back, state.difference
    told |= {"held_until": of.held_until, "converted_by": of.converted_by, "within_seconds": of.within_seconds}
    return told | {"difference": None if found is None else asdict(found), "noted_at": state.noted_at.isoformat()}
