"""Delivers digests through Apprise: Teams, Discord, PagerDuty and whatever else it knows. Addresses are secrets."""

from __future__ import annotations

import logging
import re
import threading
from typing import Any

from campaign_health.alerts.channels.apprise_library import INSTALL, SETTING, plugin_of, service_name
from campaign_health.alerts.channels.delivery import DeliveryFailed, Receipt, ReportMessage
from campaign_health.alerts.digest.digest_data import BROKEN_SECTIONS, Digest
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.alerts.forms.report_plain import report_plain
from campaign_health.settings import HttpSettings
from campaign_health.words.visible import visible

# Several messages may follow each other; a whole delivery takes no longer than so many silences.
SILENCES = 3
_STATUS = re.compile(r"error=(\d{3})\b")
# A person must mend these: https://developer.mozilla.org/docs/Web/HTTP/Reference/Status
_FINAL = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})


class AppriseChannel:
    """Sends to one address of Apprise; its name has nothing of the address but the scheme."""

    editable = False

    def __init__(self, address: str, name: str, http: HttpSettings) -> None:
        self.name = name
        self._address = address
        self._http = http

    def deliver(self, digest: Digest, today: Receipt | None) -> Receipt:
        """Sends the digest as text; a service that tells kinds apart hears of a failure while anything is broken."""
        is_broken = any(digest.section(name) for name in BROKEN_SECTIONS)
        self._send(digest.headline, plain_text(digest), "failure" if is_broken else "info")
        return {}

    def deliver_report(self, message: ReportMessage) -> None:
        """Sends a monthly report as text."""
        self._send(message.text.title, f"{report_plain(message.text, message.link)}{message.identity}\n", "info")

    def _send(self, title: str, body: str, kind: str) -> None:
        plugin = _plugin(self._address)
        plugin.socket_connect_timeout = self._http.connect_seconds
        plugin.socket_read_timeout = self._http.read_seconds
        outcome: list[bool] = []
        said = _Said()

        def notify() -> None:
            outcome.append(
                bool(plugin.notify(body=without_markup(body), title=without_markup(title), notify_type=kind))
            )

        logger = logging.getLogger("apprise")
        logger.addHandler(said)
        try:
            # The library bounds each silence, not the whole: an answer that drips would never end.
            thread = threading.Thread(target=notify, name=self.name, daemon=True)
            thread.start()
            thread.join(SILENCES * self._http.read_seconds)
        finally:
            logger.removeHandler(said)
        name = service_name(plugin)
        if thread.is_alive():
            raise DeliveryFailed(f"{name} was not done within {SILENCES * self._http.read_seconds:g} seconds")
        if outcome != [True]:
            raise _failed(name, said.status)


class _Said(logging.Handler):
    """Keeps the status that a service answered with out of what the library says of it, and nothing else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.status: int | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if found := _STATUS.search(record.getMessage()):
            self.status = int(found.group(1))


def without_markup(text: str) -> str:
    """Text in which no name mentions anybody or opens a tag, whatever the service reads for markup."""
    return text.replace("@", "@\u200b").replace("<", "‹").replace(">", "›")


def _plugin(address: str) -> Any:
    try:
        plugin = plugin_of(address)
    except ImportError:
        raise DeliveryFailed(f"Apprise is not installed: {INSTALL}", final=True) from None
    if plugin is None:
        raise DeliveryFailed(f"Apprise does not know such an address: check {SETTING}", final=True)
    return plugin


def _failed(name: str, status: int | None) -> DeliveryFailed:
    name = visible(name, 60)
    if status is None:
        return DeliveryFailed(f"{name} could not be reached, or did not take the message")
    if status == 429:
        return DeliveryFailed(f"{name} asks to wait", retry_after=60.0)
    cure = f": check its address in {SETTING}" if status in _FINAL else ""
    return DeliveryFailed(f"{name} answered HTTP {status}{cure}", final=status in _FINAL)
