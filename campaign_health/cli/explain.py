"""`campaign-health explain`: one campaign's verdict as a calculation to follow."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from datetime import date, datetime

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from campaign_health.cli.terminal.console import notes, print_json
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.cli.terminal.status_view import clean, print_rendered
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.judge.explain.explained import HISTORY, Explanation, LinkDay, LinkExplained
from campaign_health.judge.explain.explaining import explain
from campaign_health.process.clock import read_clock
from campaign_health.settings import Settings
from campaign_health.state.find_campaign import find_campaign
from campaign_health.state.shared_installation import reading_settings
from campaign_health.words.dates import day_text
from campaign_health.words.event_service import speaking_of
from campaign_health.words.numbers import count, span
from campaign_health.words.status_words import cause_label, stage_label, status_label
from storage.connection import Connection
from storage.file.database import open_published
from storage.read.service_numbers import service_numbers


@click.command(name="explain")
@click.argument("campaign")
@click.option("--day", type=DAY, help="The day to explain; by default the newest judged one.")
@click.option("--workspace", help="Only this workspace.")
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
def command(campaign: str, day: datetime | None, workspace: str | None, as_json: bool) -> None:
    """Show one campaign's verdict as a calculation to follow.

    CAMPAIGN is its id, or enough of its name to tell it apart. Reads the published file and changes nothing.
    """
    settings = reading_settings()
    check_workspace(settings, workspace)
    with open_published(settings.data_dir) as connection:
        name, campaign_id, _ = find_campaign(connection, workspace, campaign, settings.configured)
        with notes.status("Judging"):
            wanted = None if day is None else day.date()
            told = explained(connection, settings, name, campaign_id, wanted)
    if as_json:
        print_json(asdict(told.explanation))
    else:
        print_rendered(told.draw)


@dataclass(frozen=True)
class Explained:
    """An explanation, with what its words depend on: the workspace's event service and its years per false alarm."""

    explanation: Explanation
    service: str | None
    years: float

    def draw(self, console: Console) -> None:
        """Draw it as the terminal shows it."""
        with speaking_of(self.service):
            _print(console, self.explanation, self.years)


def explained(
    connection: Connection, settings: Settings, workspace: str, campaign_id: int, day: date | None
) -> Explained:
    """A campaign's verdict of a day (None: the newest judged one). Raises SettingsError, CouldNotStart."""
    check_workspace(settings, workspace)
    chosen = next(item for item in settings.workspaces if item.name == workspace)
    service = service_numbers(connection, workspace).event_service
    found = explain(connection, chosen, campaign_id, day, read_clock(os.environ))
    return Explained(found, service, chosen.false_alarm_years)


def _print(console: Console, item: Explanation, years: float) -> None:
    status = status_label(item.status) if item.status else "not judged"
    console.print(Text(clean(f"{item.campaign}: {status.lower()} on {day_text(item.day)}"), style="bold"))
    console.print(Text(clean(item.conclusion)))
    if item.incident_id is not None and item.cause is not None:
        stage = f" The first link that broke: {stage_label(item.stage)}." if item.stage else ""
        console.print(Text(clean(f"Cause: {cause_label(item.cause)}.{stage}")))
        console.print(Text(clean(" ".join(text for text in (item.why, item.next_step) if text))))
    console.print()
    console.print(Text("Step by step", style="bold"))
    for number, step in enumerate(item.steps, start=1):
        table = Table.grid(padding=(0, 1))
        table.add_column(width=2, justify="right")
        table.add_column(overflow="fold")
        table.add_row(f"{number}.", Text(clean(step)))
        console.print(table)
    surging = [link for link in item.links if link.days[-1].status == "surging"]
    shown = ([link for link in item.links if link.broken] or surging or list(item.links)[-1:])[0]
    _print_calculation(console, shown)
    _print_days(console, shown, years)


def _print_calculation(console: Console, link: LinkExplained) -> None:
    console.print()
    console.print(Text(f"The calculation: {_title(link)}", style="bold"))
    for step in link.calculation:
        console.print(Padding(Text(clean(step.sentence)), (0, 0, 0, 2)))


def _title(link: LinkExplained) -> str:
    return "the event's own history" if link.upstream == HISTORY else f"{link.upstream} to {link.downstream}"


def _counts(day: LinkDay, link: LinkExplained) -> list[str]:
    numbers = [day.downstream] if link.upstream == HISTORY else [day.upstream, day.downstream]
    # Of a day before it began nobody knows whether there were events.
    lacking = ("–", "not running") if day.status == "not_running" else ("not collected", "not collected")
    return [
        count(number) if number is not None else lacking[place == len(numbers) - 1]
        for place, number in enumerate(numbers)
    ]


def _print_days(console: Console, link: LinkExplained, years: float) -> None:
    console.print()
    console.print(Text(f"Day by day: {_title(link)}", style="bold"))
    table = Table(box=None, pad_edge=False, padding=(0, 2), header_style="dim")
    counted = [link.downstream] if link.upstream == HISTORY else [link.upstream, link.downstream]
    # Of an event that is still there, silence is no evidence.
    weighed = link.upstream != HISTORY or any(day.status == "event_lost" for day in link.days)
    weighed &= any(day.evidence is not None for day in link.days)
    for title in ("Day", *(name.capitalize() for name in counted), "Expected", *(["Evidence"] if weighed else [])):
        table.add_column(title, justify="left" if title == "Day" else "right", no_wrap=True)
    for day in link.days:
        low, high = day.expected_low, day.expected_high
        table.add_row(
            day_text(day.day, day.day),
            *_counts(day, link),
            "" if low is None or high is None else span(low, high),
            *(["" if day.evidence is None else _times(day.evidence)] if weighed else []),
        )
    console.print(Padding(table, (0, 0, 0, 2)))
    threshold = next((day.threshold for day in reversed(link.days) if day.threshold is not None), None)
    if threshold is not None and weighed:
        what = "the event is gone" if link.upstream == HISTORY else "the link is broken"
        console.print(
            Text(
                f"Evidence: how many times likelier the days are if {what} than if it is healthy. "
                f"An alarm needs {_times(threshold)}: by chance a healthy campaign gets that far at most once in "
                f"{years:g} years.",
                style="dim",
            )
        )


def _times(times: float) -> str:
    return f"{count(times)} ×" if times < 1e6 else "over a million ×"
