"""What the sources of the data are called, each by itself and by the service that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from campaign_health.words.event_service import of_service
from campaign_health.words.lists import joined

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
    "share": "Sharing",
}
_SERVICES = {"customerio": "Customer.io", "mixpanel": "Mixpanel"}


def source_name(source: str, events: str | None = None) -> str:
    """The source as people read it; an unknown spelling as it is. Sources of events are spelled alike for any service.

    Args:
        events: what counts the workspace's events; None for that of the workspace that is being spoken of.
    """
    return of_service(_NAMES.get(source, source), events)


def source_names(sources: Iterable[str], events: str | None = None) -> str:
    """Each source once: `Mixpanel event counts and Customer.io sends`; empty where there are none."""
    return joined([source_name(one, events) for one in dict.fromkeys(sources)])


def service_names(sources: Iterable[str], events: str | None = None) -> str:
    """The services that the sources belong to: `Customer.io and Mixpanel`; empty where there are none."""
    known = list(sources)
    names = [name for sign, name in _SERVICES.items() if any(source.startswith(sign) for source in known)]
    return joined([of_service(name, events) for name in names])
