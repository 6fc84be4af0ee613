"""Addresses of the services' own pages, which people open to mend what is broken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from campaign_health.words.event_service import EventService

# Seen in use; neither service documents its addresses, so both patterns are settable.
CUSTOMERIO_CAMPAIGN_PAGES: Mapping[str, str] = {
    "us": "https://fly.customer.io/workspaces/{workspace}/journeys/campaigns/{campaign}",
    "eu": "https://eu.fly.customer.io/workspaces/{workspace}/journeys/campaigns/{campaign}",
}
MIXPANEL_EVENT_PAGES: Mapping[str, str] = {
    "us": "https://mixpanel.com/project/{project}/view/{view}/app/insights#{report}",
    "eu": "https://eu.mixpanel.com/project/{project}/view/{view}/app/insights#{report}",
    "in": "https://in.mixpanel.com/project/{project}/view/{view}/app/insights#{report}",
}
CUSTOMERIO_NAMES = frozenset({"workspace", "campaign"})
MIXPANEL_NAMES = frozenset({"project", "view", "event", "report"})
AMPLITUDE_NAMES = frozenset({"event"})

# An Insights report of one event's daily count over 30 days, as Mixpanel writes an unsaved one into its address: JSURL
# (https://github.com/Sage/jsurl), in which `!` stands for a dollar sign.
_REPORT = (
    "~(displayOptions~(chartType~'line~plotStyle~'standard~analysis~'linear~value~'absolute)~sections~(show~(~("
    "dataset~'!mixpanel~value~(name~'{name}~resourceType~'events)~resourceType~'events~profileType~null~search~'"
    "~dataGroupId~null~math~'total~perUserAggregation~null~property~null))~group~(~)~filter~(clauses~(~)"
    "~determiner~'all)~time~(~(dateRangeType~'in*20the*20last~unit~'day~window~(unit~'day~value~30)))))"
)
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class ServicePages:
    """How to come from a campaign to its page in Customer.io, and from an event to its page in `events_in`.

    The numbers are those in the services' addresses, and the pattern of events is one of Amplitude's where those are
    there; None where not known.
    """

    campaign_pattern: str = CUSTOMERIO_CAMPAIGN_PAGES["us"]
    event_pattern: str | None = MIXPANEL_EVENT_PAGES["us"]
    customerio_workspace: int | None = None
    mixpanel_project: str | None = None
    mixpanel_view: int | None = None
    events_in: EventService = "Mixpanel"

    def campaign(self, campaign_id: int) -> str | None:
        """The page of a campaign in Customer.io; None where something of its address is not known."""
        if not campaign_id:
            return None
        return _filled(self.campaign_pattern, {"workspace": self.customerio_workspace, "campaign": campaign_id})

    def event(self, event: str | None, only_in: EventService | None = None) -> str | None:
        """The page of an event in the service that counts it; None without an event, where an address is not known, and
        where it is `only_in` another service.
        """
        if not event or self.event_pattern is None or only_in not in (None, self.events_in):
            return None
        values = {
            "project": self.mixpanel_project,
            "view": self.mixpanel_view,
            "event": quote(event, safe=""),
            "report": _REPORT.replace("{name}", _as_jsurl(event)),
        }
        return _filled(self.event_pattern, values)


def unknown_places(pattern: str, names: frozenset[str]) -> list[str]:
    """The names in braces of a pattern that nothing can be put in place of."""
    return [name for name in _PLACE.findall(pattern) if name not in names]


def _filled(pattern: str, values: Mapping[str, object]) -> str | None:
    if any(values[name] is None for name in _PLACE.findall(pattern)):
        return None
    return _PLACE.sub(lambda found: str(values[found[1]]), pattern)


def _as_jsurl(text: str) -> str:
    signs = []
    for unit in _utf16(text):
        sign = chr(unit)
        if sign.isascii() and (sign.isalnum() or sign in "_.-"):
            signs.append(sign)
        else:
            signs.append("!" if sign == "$" else f"*{unit:02x}" if unit < 0x100 else f"**{unit:04x}")
    return "".join(signs)


def _utf16(text: str) -> list[int]:
    """The units that JavaScript counts a text in."""
    raw = text.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[place : place + 2], "big") for place in range(0, len(raw), 2)]
