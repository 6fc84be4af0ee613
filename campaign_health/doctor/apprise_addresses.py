"""Looks whether the addresses of Apprise can be used, without sending anything and without showing them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import SecretStr

from campaign_health.alerts.channels.apprise_library import (
    INSTALL,
    SETTING,
    is_installed,
    plugin_of,
    scheme_of,
    service_name,
)
from campaign_health.health.finding import Finding, fine, wrong
from campaign_health.words.visible import visible


def examine_apprise(addresses: Sequence[SecretStr]) -> Iterator[Finding]:
    """A finding on each address; none where none is set."""
    if addresses and not is_installed():
        yield wrong("Apprise", f"{SETTING} is set, and the library is not installed.", f"{INSTALL}.")
        return
    for number, address in enumerate(addresses, start=1):
        scheme = visible(scheme_of(address.get_secret_value()), 40)
        subject = f"Apprise {scheme}" if len(addresses) == 1 else f"Apprise {number}, {scheme}"
        plugin = plugin_of(address.get_secret_value())
        if plugin is None:
            yield wrong(
                subject,
                "Apprise knows no such address, or a part of it is missing.",
                f"Look up how it is written at https://appriseit.com/services/ and set {SETTING} anew.",
            )
        else:
            name = service_name(plugin)
            yield fine(subject, f"It leads to {name}; `campaign-health digest --test` sends a test message.")
