"""The type of options that take a day."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

import click

from campaign_health.process.clock import FIRST_YEAR, LAST_YEAR

# How else a day is commonly written. One that could be read in two ways is not guessed at.
_OTHER_SPELLINGS = ("%d.%m.%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y")


class _Day(click.DateTime):
    """A day that leaves room to reckon with: near the ends of the calendar, a week on or back does not exist."""

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return "YYYY-MM-DD"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> datetime:
        try:
            day: datetime = super().convert(value, parameter, context)
        except click.BadParameter:
            self.fail(f"{value!r} is not a day: write it as {spelled_well(str(value))}.", parameter, context)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail(f"{day:%Y-%m-%d} is not in the years {FIRST_YEAR} to {LAST_YEAR}.", parameter, context)
        return day


def spelled_well(text: str) -> str:
    """The day that was probably meant, as it has to be written; else how a day is written."""
    meant = set()
    for spelling in _OTHER_SPELLINGS:
        with suppress(ValueError):
            meant.add(datetime.strptime(text.strip(), spelling).date())  # noqa: DTZ007
    return meant.pop().isoformat() if len(meant) == 1 else "2026-11-23, year first"


DAY = _Day(formats=["%Y-%m-%d"])
