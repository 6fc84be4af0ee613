"""What an assistant can ask. Every answer is what the terminal says; each docstring is what the assistant is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated

import click
from pydantic import Field
from rich.console import Console
from rich.text import Text

from campaign_health.cli.assistant.incident_list import Listed, draw_incidents, listed_incidents, one_incident
from campaign_health.cli.decide import draw_life
from campaign_health.cli.explain import explained
from campaign_health.cli.replay import replayed
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.cli.terminal.status_view import clean, draw_overview, rendered
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import CouldNotStart, SettingsError
from campaign_health.process.clock import read_clock
from campaign_health.settings import Settings
from campaign_health.state.find_campaign import find_campaign
from campaign_health.state.overview import read_overview
from campaign_health.state.shared_installation import reading_settings
from campaign_health.words.numbers import plural
from storage.connection import Connection
from storage.file.database import open_published
from storage.read.asked_query import MOST_ROWS, Answer, answer_query
from storage.read.data_dictionary import described
from storage.read.described_tables import described_tables

MOST_DAYS = 31
"""Replayed at once: each is judged anew."""

Workspace = Annotated[str | None, Field(description="Only this workspace; by default all that are configured.")]
Campaign = Annotated[str | None, Field(description="Only this campaign: its id, or enough of its name.")]
_YEAR_FIRST = "YYYY-MM-DD, a calendar day in the workspace's time zone."


def status(workspace: Workspace = None) -> str:
    """What is broken now, since when, why, what it costs and what to do, worst first; and what could not be checked.

    Begin here.
    """
    with _published() as (settings, connection):
        check_workspace(settings, workspace)
        overview = read_overview(connection, read_clock(os.environ), workspace, settings.configured)
    promised = {one.name: one.false_alarm_years for one in settings.workspaces}
    return rendered(lambda console: draw_overview(console, overview, promised))


def explain(
    about: Annotated[str, Field(description="A campaign's id or enough of its name; or an incident's id.")],
    day: Annotated[str | None, Field(description=f"The day to explain; by default the newest. {_YEAR_FIRST}")] = None,
    workspace: Workspace = None,
) -> str:
    """Why a campaign stopped, or why it counts as healthy: its verdict on a day, step by step, with the numbers.

    Of an incident it tells besides what happened to it, who was told, and what people said of it.
    """
    wanted = None if day is None else _day(day)
    with _published() as (settings, connection):
        check_workspace(settings, workspace)
        found = one_incident(connection, settings.configured, workspace, about)
        if found is None:
            name, campaign_id, _ = find_campaign(connection, workspace, about, settings.configured)
            return rendered(explained(connection, settings, name, campaign_id, wanted).draw)
        campaign_id = found.incident.of_campaigns[0]
        last = explained(connection, settings, found.incident.workspace, campaign_id, wanted or found.incident.last_day)
    return "\n\n".join((rendered(lambda console: _draw_incident(console, found)), rendered(last.draw)))


def incidents(
    since: Annotated[str | None, Field(description=f"Those too that ended on this day or later. {_YEAR_FIRST}")] = None,
    campaign: Campaign = None,
    workspace: Workspace = None,
) -> str:
    """The open incidents, and on demand those that have ended, each with its id; of one campaign all it ever had."""
    first = None if since is None else _day(since)
    with _published() as (settings, connection):
        check_workspace(settings, workspace)
        of_campaign = None
        if campaign is not None:
            workspace, of_campaign, _ = find_campaign(connection, workspace, campaign, settings.configured)
        found = listed_incidents(connection, settings.configured, workspace, of_campaign, first)
    return rendered(lambda console: draw_incidents(console, found, len(settings.workspaces) > 1))


def replay(
    first: Annotated[str, Field(description=f"First day to judge. {_YEAR_FIRST}")],
    last: Annotated[str, Field(description=f"Last day to judge, inclusive. {_YEAR_FIRST}")],
    campaign: Campaign = None,
    workspace: Workspace = None,
) -> str:
    """What would have been announced over past days, at most 31 at once, judged on a copy of the data as it is now.

    Changes nothing and sends nothing. It takes some seconds.
    """
    begin, end = _day(first), _day(last)
    if end < begin:
        raise CouldNotStart(f"{last} is before {first}.", "Name the earlier day first.")
    if (end - begin).days >= MOST_DAYS:
        raise CouldNotStart(f"These are more than {plural(MOST_DAYS, 'day')}.", "Ask for a part of them.")
    with _published() as (settings, connection):
        check_workspace(settings, workspace)
        of_campaign = None
        if campaign is not None:
            workspace, of_campaign, _ = find_campaign(connection, workspace, campaign, settings.configured)
    found = replayed(settings, workspace, begin, end)
    if of_campaign is not None:
        found = found.of_campaign(of_campaign)
    return "\n".join((*(f"warning: {text}" for text in found.not_stored), rendered(found.draw)))


def tables(
    name: Annotated[str | None, Field(description="Describe the columns of this table or view.")] = None,
) -> str:
    """The tables and views that `query` reads, with what each holds; of one, its columns. Views are the ones to ask.

    NULL is not 0: it is not known, for the day was not collected.
    """
    with _published() as (_, connection):
        found = described_tables(connection)
    if name is None:
        return "\n".join(f"{one.name} ({'view' if one.is_view else 'table'}): {one.meaning}" for one in found)
    for one in found:
        if one.name == name.strip().lower():
            return f"{one.name}: {described(one)}"
    raise CouldNotStart(f"There is no table {name!r}.", f"There are {', '.join(one.name for one in found)}.")


def query(
    sql: Annotated[str, Field(description="One SELECT in DuckDB's SQL.")],
    most_rows: Annotated[int, Field(description="Rows to give at the most.", ge=1, le=MOST_ROWS)] = 100,
) -> Answer:
    """Answers one SELECT over the published file. Nothing can be written, and no other file or address is reached.

    Ask `tables` first for what there is. A query is ended after 15 seconds; is_whole says whether rows were left out.
    """
    settings = reading_settings()
    return answer_query(settings.data_dir, sql, most_rows)


ANSWERS = (status, explain, incidents, replay, tables, query)
"""All that can be asked. None of them changes anything."""


@contextmanager
def _published() -> Iterator[tuple[Settings, Connection]]:
    """Settings and file as they are now: an assistant stays for days."""
    settings = reading_settings()
    with open_published(settings.data_dir) as connection:
        yield settings, connection


def _day(text: str) -> date:
    try:
        return DAY.convert(text, None, None).date()
    except click.BadParameter as failure:
        raise SettingsError(failure.message) from failure


def _draw_incident(console: Console, found: Listed) -> None:
    draw_incidents(console, [found], several=False)
    console.print()
    console.print(Text("What happened", style="bold"))
    draw_life(console, clean(found.incident.campaign), found.incident, found.timeline, found.zone, found.today)
