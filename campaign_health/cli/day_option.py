"""The type of options that take a day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from campaign_health.clock import FIRST_YEAR, LAST_YEAR


class _Day(click.DateTime):
    """A day that leaves room to reckon with: near the ends of the calendar, a week on or back does not exist."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> datetime:
        day: datetime = super().convert(value, parameter, context)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail(f"{day:%Y-%m-%d} is not in the years {FIRST_YEAR} to {LAST_YEAR}.", parameter, context)
        return day


DAY = _Day(formats=["%Y-%m-%d"])
