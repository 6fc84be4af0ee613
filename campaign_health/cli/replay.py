"""`campaign-health replay`: what would have been announced over past days."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import click
from rich.console import Console
from rich.padding import Padding
from rich.progress import Progress
from rich.text import Text

from campaign_health.cli.terminal.console import notes, print_json
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.cli.terminal.status_view import clean, print_rendered
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.judge.past_mornings import Announcement, ReplayedDay, replay
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.settings import load_settings
from campaign_health.words.costs import cost_text, missed_text, risk_text
from campaign_health.words.currency import DOLLARS, currency_if_said
from campaign_health.words.dates import day_text
from campaign_health.words.ended import ending_text
from campaign_health.words.numbers import plural
from campaign_health.words.status_words import cause_label, status_label
from storage.file.database import open_published
from storage.read.judged import campaign_plans, incidents

_KINDS = {
    "opened": "New",
    "worsened": "Worse",
    "cause_changed": "Cause found",
    "recovered": "Recovered",
    "closed": "Ended without recovering",
    "reopened": "Broken again",
    "withdrawn": "Withdrawn",
    "unexpected": "Not back",
}


class Cost(NamedTuple):
    """What an incident has cost from its first day until now; None where it is not known. `currency`: ISO 4217 code."""

    missed_sends: float | None = None
    revenue_at_risk: float | None = None
    currency: str = DOLLARS


@click.command(name="replay")
@click.option("--from", "first", type=DAY, required=True, help="First day to judge, in the workspace's zone.")
@click.option("--to", "last", type=DAY, required=True, help="Last day to judge, inclusive.")
@click.option("--workspace", help="Only this workspace.")
@click.option("--json", "as_json", is_flag=True, help="Write the announcements as JSON.")
def command(first: datetime, last: datetime, workspace: str | None, as_json: bool) -> None:
    """List what would have been announced over past days.

    Judges each day on a copy of the published file, as if its numbers, as they are stored now, had been there on the
    morning after. Says of each incident what it has cost until now. Changes nothing and sends nothing.
    """
    if last < first:
        raise click.BadParameter("it is before --from", param_hint="--to")
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    days: list[ReplayedDay] = []
    with Progress(console=notes, transient=True) as display:
        task = display.add_task("Reading", total=None)

        def progress(what: str, done: int, total: int | None) -> None:
            display.update(task, description=what, completed=done, total=total)

        # Ended by a signal, the copy that the days are judged on is deleted like at any other end.
        try:
            with StopSignals() as signals:
                for chosen in settings.workspaces:
                    if workspace in (None, chosen.name):
                        for day in replay(settings.data_dir, chosen, first.date(), last.date(), progress):
                            signals.insist()
                            days.append(day)
        except Stopped as stopped:
            sys.exit(stopped.exit_code)
    _say_what_is_not_stored(days, first.date(), last.date())
    announcements = [item for day in days for item in day.announcements]
    costs = _costs(settings.data_dir, announcements)
    if as_json:
        said = [{**asdict(item), **currency_if_said(_cost(item, costs)._asdict())} for item in announcements]
        print_json({"days": len(days), "announcements": said})
    else:
        print_rendered(lambda console: _print(console, days, announcements, costs))


def _costs(data_dir: Path, announcements: Sequence[Announcement]) -> dict[tuple[str, str], Cost]:
    """By incident: what is stored now, because on the morning of an announcement nobody knew what it would cost.

    Replayed incidents begin anew and may have got another first day, and so another id, than the stored ones: the
    stored one of the same campaign that was on, or the last before, when it was found is the same.
    """
    found: dict[tuple[str, str], Cost] = {}
    with open_published(data_dir) as connection:
        names = {item.workspace for item in announcements}
        stored = {name: incidents(connection, name) for name in names}
        plans = {(name, plan["campaign_id"]): plan for name in names for plan in campaign_plans(connection, name)}
    for item in announcements:
        rows = [
            row
            for row in stored[item.workspace].values()
            if row["campaign_id"] == item.campaign_id
            and row["status"] != "withdrawn"
            and row["opened_on"] <= item.announced_on
            and (row["recovered_on"] is None or row["recovered_on"] > item.opened_on)
        ]
        if rows:
            row = max(rows, key=lambda row: row["opened_on"])
            members = [plans.get((item.workspace, one), {}) for one in row.get("campaign_ids") or [item.campaign_id]]
            currency = next((one["currency"] for one in members if one.get("currency")), DOLLARS)
            found[item.workspace, item.incident_id] = Cost(row["missed_sends"], row["revenue_at_risk"], currency)
    return found


def _say_what_is_not_stored(days: list[ReplayedDay], first: date, last: date) -> None:
    """Days that were never collected are not judged, and so are not quiet days either."""
    judged: dict[str, list[date]] = {}
    for day in days:
        judged.setdefault(day.workspace, []).append(day.day)
    for workspace, found in judged.items():
        if min(found) > first or max(found) < last:
            name = f"{workspace}: " if len(judged) > 1 else ""
            text = f"{name}of {first} to {last}, only {min(found)} to {max(found)} is stored and was judged."
            notes.print(f"warning: {text}", style="yellow", markup=False)


def _print(
    console: Console, days: list[ReplayedDay], announcements: list[Announcement], costs: Mapping[tuple[str, str], Cost]
) -> None:
    mornings = len({(item.workspace, item.announced_on) for item in announcements})
    quiet = plural(len(days) - mornings, "quiet day")
    console.print(f"{plural(len(announcements), 'announcement')} on {plural(mornings, 'morning')}; {quiet}.")
    console.print("As if each day's numbers, as they are stored now, had been there on the morning after.")
    if not announcements:
        return
    morning = None
    for item in announcements:
        if item.announced_on != morning:
            morning = item.announced_on
            console.print()
            console.print(Text(day_text(morning), style="bold"))
        since = "" if item.kind in ("recovered", "closed") else f", since {day_text(item.opened_on, item.announced_on)}"
        console.print(Text(clean(f"  {_KINDS.get(item.kind, item.kind)}: {item.campaign}{since}")))
        for text in (_said(item), _cost_text(_cost(item, costs))):
            if text:
                console.print(Padding(Text(clean(text), style="default"), (0, 0, 0, 4)))


def _cost(item: Announcement, costs: Mapping[tuple[str, str], Cost]) -> Cost:
    return costs.get((item.workspace, item.incident_id), Cost())


def _cost_text(cost: Cost) -> str:
    text = cost_text(missed_text(cost.missed_sends), risk_text(cost.revenue_at_risk, currency=cost.currency))
    return f"Cost until now: {text}." if text else ""


def _said(item: Announcement) -> str:
    if item.kind in ("recovered", "closed"):
        back = date.fromisoformat(str(item.detail["recovered_on"]))
        was = f"it had been {status_label(item.status).lower()} since {day_text(item.opened_on, item.announced_on)}"
        if item.kind == "closed":
            ended = ending_text(str(item.detail.get("how")), back, item.announced_on)
            return f"{ended[0].upper()}{ended[1:]}; {was}."
        return f"Back since {day_text(back, item.announced_on)}; {was}."
    cause = cause_label(str(item.detail.get("cause") or item.detail.get("to") or item.cause))
    sentence = str(item.detail.get("sentence") or item.summary)
    return f"{sentence} {cause}." if item.kind == "opened" else sentence
