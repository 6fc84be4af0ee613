"""Looks whether the places that published tables are shared to can be reached, without writing a row there."""

from __future__ import annotations

from collections.abc import Iterator

from campaign_health.health.finding import Finding, fine, wrong
from campaign_health.settings import Settings
from storage.errors import StorageError
from storage.share.destinations import parse_destination
from storage.share.sharing import reach


def examine_shared_places(settings: Settings) -> Iterator[Finding]:
    """A finding on each address of CAMPAIGN_HEALTH_SHARE; none where none is set."""
    for address in settings.share:
        place = parse_destination(address.get_secret_value())
        try:
            reach(place)
        except StorageError as failure:
            yield wrong("Sharing", f"{place.shown} cannot be used. {failure.message}", failure.cure)
        else:
            yield fine("Sharing", f"{place.shown} can be reached; each round shares to it.")
