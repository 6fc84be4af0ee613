"""`campaign-health decide`: say of a broken campaign what the buttons of the dashboard say, or take it back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.text import Text

from campaign_health.alerts.editing import edit_days_message
from campaign_health.cli.terminal.console import notes
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.cli.terminal.status_view import clean, print_rendered
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.decisions.record_decision import change_warehouse, record_decision, undo_decisions
from campaign_health.errors import CouldNotStart
from campaign_health.process.clock import local_day, read_clock
from campaign_health.settings import Settings, load_settings
from campaign_health.state.campaign_view import renamed
from campaign_health.state.find_campaign import find_campaign
from campaign_health.state.handling import handling, may_be_fixed, said_of
from campaign_health.state.incident import Incident, incidents_of
from campaign_health.state.incident_timeline import TimelineRow, incident_timeline, is_about
from campaign_health.state.shared_installation import only_reads
from campaign_health.words.dates import day_text
from campaign_health.words.status_words import status_label
from storage.connection import Connection
from storage.errors import ExpectedFailure
from storage.file.database import Warehouse, open_published
from storage.file.zones import stored_zone
from storage.read.decisions_made import DecisionKind, decisions_in_force

ACTS = ("show", "on-it", "fixed", "note", "mute", "intended", "false-alarm", "renamed", "undo")
_KINDS: dict[str, DecisionKind] = {
    "on-it": "acknowledge",
    "fixed": "fixed",
    "note": "note",
    "mute": "mute",
    "intended": "expected",
    "false-alarm": "false_alarm",
}
WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class Said:
    """What was said on the command line, by whom, and when."""

    act: str
    by: str
    why: str | None
    until: date | None
    at: datetime
    day: date | None = None


@click.command(name="decide")
@click.argument("campaign")
@click.argument("act", type=click.Choice(ACTS), default="show")
@click.option("--by", help="Who says so; needed for all but `show`.")
@click.option("--why", help="The reason, what was done, or the note; needed for note, mute and intended.")
@click.option("--until", type=DAY, help="Last day of a mute, or of what is intended for a while.")
@click.option("--day", type=DAY, help="The day that a note is about: it is marked in the campaign's chart.")
@click.option("--workspace", help="Only this workspace.")
def command(
    campaign: str,
    act: str,
    by: str | None,
    why: str | None,
    until: datetime | None,
    day: datetime | None,
    workspace: str | None,
) -> None:
    """Say what you make of a broken campaign, and see what became of it.

    CAMPAIGN is its id, or enough of its name to tell it apart. ACT is `show` (the timeline of its incident), `on-it`
    (you work on it), `fixed` (the next judged days confirm it, or show that it goes on), `note`, `mute`, `intended`,
    `false-alarm`, `renamed` (yes, its event was renamed as told) or `undo` (take back what was said of it last). What
    you say holds at once, on every surface, and is published.
    """
    settings = load_settings(os.environ, Path.cwd())
    if only_reads(settings):
        raise CouldNotStart("Nothing is collected on this machine.", "Decide on the one that collects the workspace.")
    check_workspace(settings, workspace)
    now = read_clock(os.environ)
    with open_published(settings.data_dir) as connection:
        name, campaign_id, title = find_campaign(connection, workspace, campaign, settings.configured)
        zone = stored_zone(connection, name) or ZoneInfo("UTC")
    check_workspace(settings, name)
    if act != "show":
        _refuse_incomplete(act, by, why, until, local_day(now, zone))
        _refuse_day(act, day, local_day(now, zone))
        said = Said(act, by or "", why, until and until.date(), now, day and day.date())
        with notes.status("Saving"):
            change_warehouse(
                Warehouse(settings.data_dir),
                lambda connection: _say(connection, name, campaign_id, title, said),
                WAIT_SECONDS,
            )
        _edit_days_message(settings, name, now)
    today = local_day(now, zone)
    with open_published(settings.data_dir) as connection:
        found = incidents_of(connection, name, campaign_id)
        rows = incident_timeline(connection, name, found[0]) if found else ()
    print_rendered(lambda console: draw_life(console, title, found[0] if found else None, rows, zone, today))


def _edit_days_message(settings: Settings, name: str, now: datetime) -> None:
    """What was said is stored, so that a message which cannot follow now is only told of."""
    workspace = next((one for one in settings.workspaces if one.name == name), None)
    if workspace is None:
        return
    with notes.status("Editing the message of today"):
        try:
            done = edit_days_message(Warehouse(settings.data_dir), settings, workspace, now)
        except ExpectedFailure as failure:
            notes.print(Text(clean(f"The message of today was not edited: {failure}")))
            return
    for one in done:
        what = "was edited" if one.outcome == "edited" else f"was not edited: {one.reason}"
        notes.print(Text(clean(f"The message of today on {one.channel} {what}.")))


def _refuse_incomplete(act: str, by: str | None, why: str | None, until: datetime | None, today: date) -> None:
    if not by:
        raise CouldNotStart("Who says so?", "Give your name: --by Ada.")
    if act in ("note", "mute", "intended") and not why:
        raise CouldNotStart(f"`{act}` needs words that the others can read.", "Give them: --why '…'.")
    if until is not None and act not in ("mute", "intended"):
        raise CouldNotStart(f"`{act}` has no last day.", "Leave --until out.")
    if until is not None and until.date() < today:
        raise CouldNotStart("That last day is over.", "Name today or a later one: --until 2026-11-30.")
    if act == "mute" and until is None:
        raise CouldNotStart("A mute has an end.", "Give its last day: --until 2026-11-30.")


def _refuse_day(act: str, day: datetime | None, today: date) -> None:
    if day is not None and act != "note":
        raise CouldNotStart(f"`{act}` is not about a day.", "Leave --day out.")
    if day is not None and day.date() > today:
        raise CouldNotStart("That day has not come yet.", "Name today or an earlier one: --day 2026-11-30.")


def _say(connection: Connection, workspace: str, campaign_id: int, title: str, said: Said) -> None:
    """Record what was said, of the open incident as it is in the warehouse now."""
    found = incidents_of(connection, workspace, campaign_id)
    if said.act == "undo":
        zone = stored_zone(connection, workspace) or ZoneInfo("UTC")
        rows = [
            one
            for one in decisions_in_force(connection, workspace)
            if one.campaign_id == campaign_id or any(is_about(one, incident, zone) for incident in found[:1])
        ]
        if not rows:
            raise CouldNotStart(f"Nothing that was said of {title!r} holds.", "There is nothing to take back.")
        undo_decisions(connection, workspace, [rows[-1].decision_id], said.by, said.at)
        return
    incident = next((one for one in found if one.is_open), None)
    if said.act == "note":
        of_incident = found and said.day is None
        about = {"incident_id": found[0].incident_id} if of_incident else {"campaign_id": campaign_id}
        record_decision(connection, workspace, "note", said.by, said.at, reason=said.why, about_day=said.day, **about)
        return
    if incident is None:
        raise CouldNotStart(f"{title!r} is not broken.", "`campaign-health status` says what is.")
    if said.act == "renamed":
        pair = renamed(incident.headline_cause)
        if pair is None:
            raise CouldNotStart(f"The cause of {title!r} is not a rename.", incident.why)
        record_decision(connection, workspace, "confirm_rename", said.by, said.at, event=pair[0], new_event=pair[1])
        return
    if incident.is_of_source and said.act in ("intended", "false-alarm"):
        raise CouldNotStart("A source's trouble is nobody's intent.", "It can be taken on, muted or said to be fixed.")
    if said.act == "fixed" and not may_be_fixed(incident):
        raise CouldNotStart(f"{title!r} cannot be said to be fixed.", _why_not_fixed(incident))
    record_decision(
        connection,
        workspace,
        _KINDS[said.act],
        said.by,
        said.at,
        incident_id=incident.incident_id,
        reason=said.why,
        until=said.until,
    )


def _why_not_fixed(incident: Incident) -> str:
    if incident.expected_by:
        return f"{incident.expected_by} said that it is no break: `decide … undo` takes that back."
    return f"{incident.fixed_by} said so already: the next judged days confirm it, or show that it goes on."


def draw_life(
    console: Console, title: str, incident: Incident | None, rows: Sequence[TimelineRow], zone: ZoneInfo, today: date
) -> None:
    """Draw what happened to an incident, was told and said of it, oldest first, with instants in `zone`."""
    if incident is None:
        console.print(Text(clean(f"{title} has had no incident."), style="bold"))
        return
    state = handling(incident, today) or incident.end_text(today) or "New"
    kind = status_label(incident.kind).lower()
    console.print(Text(clean(f"{title}, {kind} since {day_text(incident.opened_on, today)}: {state}"), style="bold"))
    for text in said_of(incident, today):
        console.print(Text(clean(f"{text}.")))
    console.print()
    for row in rows:
        clock = f" {row.at.astimezone(zone):%H:%M}" if row.at is not None else ""
        by = f", by {row.by}" if row.by else ""
        console.print(Text(clean(f"{day_text(row.day, today)}{clock}  {row.text}{by}")))
