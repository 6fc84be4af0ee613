"""A campaign's comparison of sending at once with sending once a day, on part of its people."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from campaign_health.manifest.durations import seconds_of
from campaign_health.manifest.entry_parts import LengthText, Name, Part
from campaign_health.manifest.routed import TimeOfDay

DAY_SECONDS = 86_400
LONGEST_DAYS = 90
_PERCENT = re.compile(r"([1-9]|[1-4]\d|50)\s*%")


def _share(value: Any) -> Any:
    if not isinstance(value, str) or not _PERCENT.fullmatch(value.strip()):
        raise PydanticCustomError("no_share", "this is no share from 1 % to 50 %")
    return value.strip()


def _days(value: str) -> str:
    if not DAY_SECONDS <= (seconds_of(value) or 0) <= LONGEST_DAYS * DAY_SECONDS:
        raise PydanticCustomError("no_experiment_days", "this is shorter than a day or longer than 90")
    return value


class ExperimentEntry(Part):
    """Part of a campaign's people get its message once a day instead of at once, and it is counted who converts."""

    hold_back: Annotated[str, BeforeValidator(_share)] = Field(
        description="The share of people who wait, such as `10 %`; 50 % at most."
    )
    until: Literal["daily"] = Field(default="daily", description="Until when they wait: the next `daily` hour.")
    at: TimeOfDay = Field(default="09:00", description="That hour, in the time zone of the project's days.")
    converted: Name | None = Field(
        default=None,
        description="The event with which a person has converted; without it the campaign's `conversion_event`, and "
        "without that Customer.io's reports of conversions.",
    )
    within: Annotated[LengthText, AfterValidator(_days)] = Field(
        default="7 days", description="In how long after the campaign's event it counts: 1 to 90 days."
    )

    @property
    def percent(self) -> int:
        """The share of people who wait, in hundredths."""
        return int(self.hold_back.rstrip("%"))
