"""Reading the parameters of Mixpanel's APIs, refusing what they would refuse."""

from __future__ import annotations

import json
from datetime import date, timedelta

from campaign_health.sandbox.http.exchange import Call, Refusal
from campaign_health.sandbox.mixpanel.access import error

UNITS = {"hour": "hours", "day": "days", "week": "weeks", "month": "months"}


def required(call: Call, name: str) -> str:
    """The parameter's value."""
    value = call.get(name)
    if not value:
        raise Refusal(error(f"Missing required parameter: {name}", 400, call))
    return value


def choice(call: Call, name: str, values: list[str], default: str | None = None) -> str:
    """A parameter that takes one of ``values``."""
    value = call.get(name) or default or required(call, name)
    if value not in values:
        raise Refusal(error(f"Invalid {name}: {value!r}, must be one of {', '.join(values)}", 400, call))
    return value


def day(call: Call, name: str, text: str) -> date:
    """A date as yyyy-mm-dd, from the year 2000 on."""
    try:
        value = date.fromisoformat(text)
    except ValueError:
        raise Refusal(error(f"Error in {name}: invalid date", 400, call)) from None
    if value.year < 2000:
        raise Refusal(error(f"Error in {name}: invalid date, bad year", 400, call))
    return value


def whole_number(call: Call, name: str, default: int) -> int:
    """A positive whole number."""
    text = call.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise Refusal(error(f"Invalid {name}: {text!r} is not a positive whole number", 400, call))
    return int(text)


def event_names(call: Call, text: str) -> list[str]:
    """Event names as a JSON array of strings."""
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refusal(error("Invalid event: must be a JSON array of strings", 400, call))
    return names


def window(call: Call, today: date, history_days: int | None, unit: str = "day") -> tuple[date, date]:
    """First and last day asked for, by from_date and to_date or by interval."""
    first, last = call.get("from_date"), call.get("to_date")
    if first is None and last is None and call.get("interval") is not None:
        units = whole_number(call, "interval", 1)
        length = {"hour": 1, "day": 1, "week": 7, "month": 30}[unit]
        start, end = today - timedelta(days=(units - 1) * length), today
    else:
        start = day(call, "from_date", required(call, "from_date"))
        end = day(call, "to_date", required(call, "to_date"))
    if start > end:
        raise Refusal(error("from_date must not be later than to_date", 400, call))
    if end > today:
        raise Refusal(error("to_date cannot be later than today", 400, call))
    gate(call, start, today, history_days)
    return start, end


def gate(call: Call, first: date, today: date, history_days: int | None) -> None:
    """Refuse a date past the plan's history."""
    if history_days is not None and first < today - timedelta(days=history_days):
        raise Refusal(error(f"Date range exceeds {history_days} days into the past", 403, call))
