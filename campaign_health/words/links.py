"""Addresses of the dashboard's views: the digest links to them, and the dashboard reads them."""

from __future__ import annotations

from datetime import date
from typing import Literal
from urllib.parse import urlencode

from campaign_health.words.dates import month_text

Act = Literal["acknowledge", "fixed", "mute", "expected"]


def overview_link(base: str, workspace: str) -> str:
    """The overview of one workspace."""
    return _link(base, "", workspace=workspace)


def campaign_link(base: str, workspace: str, campaign_id: int) -> str:
    """The page of one campaign."""
    return _link(base, "campaign", workspace=workspace, campaign=campaign_id)


def act_link(base: str, workspace: str, campaign_id: int, incident_id: str, act: Act) -> str:
    """The page of one campaign with the dialog for `act` on an incident open."""
    return _link(base, "campaign", workspace=workspace, campaign=campaign_id, incident=incident_id, act=act)


def event_link(base: str, workspace: str, event: str) -> str:
    """The page of events, at one event."""
    return _link(base, "events", workspace=workspace, event=event)


def data_link(base: str, workspace: str) -> str:
    """The page of collection runs and freshness."""
    return _link(base, "data", workspace=workspace)


def report_link(base: str, workspace: str, month: date) -> str:
    """The page of one month's report; the page names it in its address as its picker does."""
    return _link(base, "report", workspace=workspace, month=month_text(month))


def _link(base: str, page: str, **query: str | int) -> str:
    return f"{base.rstrip('/')}/{page}?{urlencode(query)}"
