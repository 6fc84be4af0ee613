"""Mixpanel's daily counts as a scripted server answers them."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.collectors_cast import Reply

TODAY = date(2026, 11, 24)


def answered(values: dict[str, dict[str, Any]], series: list[str] | None = None) -> Reply:
    """An `/events` answer about A to C."""
    days = ["2026-11-22", "2026-11-20", "2026-11-21"] if series is None else series
    return Reply(body={"data": {"series": days, "values": values}, "legend_size": len(values)})
