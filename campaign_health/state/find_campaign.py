"""Finds the campaign that a person means, and says what there is where there is none such."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches

from campaign_health.errors import CouldNotStart
from campaign_health.words.dates import day_text
from campaign_health.words.lists import joined
from campaign_health.words.visible import visible
from storage.connection import Connection
from storage.read.campaign_names import judged_span, named_campaigns

_NAMES_SHOWN = 8
_NAME_LENGTH = 60
_Row = tuple[str, int, str]


def find_campaign(
    connection: Connection, workspace: str | None, wanted: str, configured: Sequence[str] | None = None
) -> tuple[str, int, str]:
    """(workspace, id, name) of the campaign of that id or (part of a) name, in one or in all `configured` workspaces.

    Raises:
        CouldNotStart: there is none, or there are several; with their names.
    """
    rows = [row for row in named_campaigns(connection, workspace) if configured is None or row[0] in configured]
    plain, shown = wanted.strip().casefold(), visible(wanted, _NAME_LENGTH)
    for found in (
        [row for row in rows if str(row[1]) == plain],
        [row for row in rows if row[2].casefold() == plain],
        [row for row in rows if plain in row[2].casefold()],
    ):
        if len(found) == 1:
            return found[0][0], found[0][1], found[0][2]
        if found:
            raise CouldNotStart(f"{shown!r} may be {_in_short(found)}.", "Give the id, or more of the name.")
    raise CouldNotStart(f"There is no campaign {shown!r}.", _cure(plain, rows))


def no_verdict(connection: Connection, workspace: str, campaign_id: int, day: date | None) -> CouldNotStart:
    """The failure to raise where a campaign has no verdict on a day; says which days have one."""
    names = {number: name for _, number, name in named_campaigns(connection, workspace)}
    name = visible(names[campaign_id], _NAME_LENGTH) if campaign_id in names else f"Campaign {campaign_id}"
    days = judged_span(connection, workspace, campaign_id)
    if days is None:
        return CouldNotStart(f"{name} was not judged yet.", "Run `campaign-health judge`.")
    when = f" on {day_text(day)}" if day else ""
    first, last = (day_text(one) for one in days)
    return CouldNotStart(f"{name} has no verdict{when}.", f"Verdicts go from {first} to {last}.")


def _cure(plain: str, rows: list[_Row]) -> str:
    if not rows:
        return "No campaign was collected yet: run `campaign-health collect`, then `campaign-health judge`."
    by_folded = {name.casefold(): name for _, _, name in rows}
    close = [visible(by_folded[folded], _NAME_LENGTH) for folded in get_close_matches(plain, by_folded, n=1)]
    return f"{f'Did you mean {close[0]}? ' if close else ''}There are {_in_short(rows)}."


def _in_short(rows: list[_Row]) -> str:
    # With their ids: names have commas of their own.
    return joined([f"{visible(name, _NAME_LENGTH)} ({number})" for _, number, name in rows], _NAMES_SHOWN)
