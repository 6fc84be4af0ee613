"""`campaign-health replay`: what would have been announced over past days."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
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
from campaign_health.judge.summary import Progress as JudgingProgress
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.settings import Settings
from campaign_health.state.shared_installation import reading_settings
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
    settings = reading_settings()
    with Progress(console=notes, transient=True) as display:
        task = display.add_task("Reading", total=None)

        def progress(what: str, done: int, total: int | None) -> None:
            display.update(task, description=what, completed=done, total=total)

        # Ended by a signal, the copy that the days are judged on is deleted like at any other end.
        try:
            with StopSignals() as signals:
                found = replayed(settings, workspace, first.date(), last.date(), signals.insist, progress)
        except Stopped as stopped:
            sys.exit(stopped.exit_code)
    for text in found.not_stored:
        notes.print(f"warning: {text}", style="yellow", markup=False)
    if as_json:
        said = [{**asdict(item), **currency_if_said(found.cost(item)._asdict())} for item in found.announcements]
        print_json({"days": len(found.days), "announcements": said})
    else:
        print_rendered(found.draw)


@dataclass(frozen=True)
class Replayed:
    """Days that were judged again, what would have been announced, and what each incident has cost until now.

    `not_stored` says of which workspace not all the days that were asked for are stored.
    """

    days: Sequence[ReplayedDay]
    announcements: Sequence[Announcement]
    costs: Mapping[tuple[str, str], Cost]
    not_stored: Sequence[str]

    def cost(self, item: Announcement) -> Cost:
        """What the incident of an announcement has cost."""
        return self.costs.get((item.workspace, item.incident_id), Cost())

    def of_campaign(self, campaign_id: int) -> Replayed:
        """Only what is of this campaign, or of a source that many campaigns hang on."""
        return replace(self, announcements=[one for one in self.announcements if one.campaign_id in (campaign_id, 0)])

    def draw(self, console: Console) -> None:
        """Draw it as the terminal shows it."""
        _print(console, self)


def replayed(
    settings: Settings,
    workspace: str | None,
    first: date,
    last: date,
    after_each_day: Callable[[], None] = lambda: None,
    progress: JudgingProgress | None = None,
) -> Replayed:
    """What would have been announced from day to day in one workspace or (None) in all; both days in its zone.

    Raises what `replay` raises, and SettingsError for an unknown workspace.
    """
    check_workspace(settings, workspace)
    days: list[ReplayedDay] = []
    for chosen in settings.workspaces:
        if workspace in (None, chosen.name):
            for day in replay(settings.data_dir, chosen, first, last, progress):
                after_each_day()
                days.append(day)
    announcements = [item for day in days for item in day.announcements]
    return Replayed(days, announcements, _costs(settings.data_dir, announcements), _not_stored(days, first, last))


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


def _not_stored(days: Sequence[ReplayedDay], first: date, last: date) -> list[str]:
    """Days that were never collected are not judged, and so are not quiet days either."""
    said: list[str] = []
    judged: dict[str, list[date]] = {}
    for day in days:
        judged.setdefault(day.workspace, []).append(day.day)
    for workspace, found in judged.items():
        if min(found) > first or max(found) < last:
            name = f"{workspace}: " if len(judged) > 1 else ""
            said.append(f"{name}of {first} to {last}, only {min(found)} to {max(found)} is stored and was judged.")
    return said


def _print(console: Console, found: Replayed) -> None:
    announcements = found.announcements
    mornings = len({(item.workspace, item.announced_on) for item in announcements})
    quiet = plural(len(found.days) - mornings, "quiet day")
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
        for text in (_said(item), _cost_text(found.cost(item))):
            if text:
                console.print(Padding(Text(clean(text), style="default"), (0, 0, 0, 4)))


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
