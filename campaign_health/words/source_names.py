"""What the sources of the data are called, each by itself and by the service that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from campaign_health.words.lists import joined

EventService = Literal["Mixpanel", "Amplitude"]
"""The service that counts a workspace's events. Sources keep their spelling, `mixpanel_events`, for either."""

_NAMES: dict[str, str] = {
    "mixpanel_events": "Mixpanel event counts",
    "mixpanel_properties": "Mixpanel event properties",
    "mixpanel_lexicon": "Mixpanel event definitions",
    "customerio_campaigns": "Customer.io campaigns",
    "customerio_segments": "Customer.io segments",
    "customerio_metrics": "Customer.io sends",
    "customerio_journeys": "Customer.io journeys",
    "customerio_messages": "Customer.io messages",
    "customerio_broadcasts": "Customer.io broadcasts",
    "customerio_transactional": "Customer.io transactional messages",
    "customerio_newsletters": "Customer.io newsletters",
    "route": "Recoveries and promises",
}
_SERVICES = {"customerio": "Customer.io", "mixpanel": "Mixpanel"}


def source_name(source: str, events: str = "Mixpanel") -> str:
    """The source as people read it, `events` being the workspace's event service; an unknown spelling as it is."""
    return of_service(_NAMES.get(source, source), events)


def source_names(sources: Iterable[str], events: str = "Mixpanel") -> str:
    """Each source once: `Mixpanel event counts and Customer.io sends`; empty where there are none."""
    return joined([source_name(one, events) for one in dict.fromkeys(sources)])


def service_names(sources: Iterable[str], events: str = "Mixpanel") -> str:
    """The services that the sources belong to: `Customer.io and Mixpanel`; empty where there are none."""
    known = list(sources)
    names = [name for sign, name in _SERVICES.items() if any(source.startswith(sign) for source in known)]
    return joined([of_service(name, events) for name in names])


def of_service(text: str, events: str) -> str:
    """A text of our own that speaks of Mixpanel, for a workspace whose events another service counts.

    Only for texts without anybody's names in them.
    """
    return (
        text
        if events == "Mixpanel"
        else text.replace("Mixpanel's Lexicon", f"{events}'s data plan").replace("Mixpanel", events)
    )
