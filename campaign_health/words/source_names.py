"""What the sources of the data are called, each by itself and by the service that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable

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
}
_SERVICES = {"customerio": "Customer.io", "mixpanel": "Mixpanel"}


def source_name(source: str) -> str:
    """The source as people read it; an unknown spelling as it is."""
    return _NAMES.get(source, source)


def source_names(sources: Iterable[str]) -> str:
    """Each source once: `Mixpanel event counts and Customer.io sends`; empty where there are none."""
    return joined([source_name(one) for one in dict.fromkeys(sources)])


def service_names(sources: Iterable[str]) -> str:
    """The services that the sources belong to: `Customer.io and Mixpanel`; empty where there are none."""
    known = list(sources)
    return joined([name for sign, name in _SERVICES.items() if any(source.startswith(sign) for source in known)])
