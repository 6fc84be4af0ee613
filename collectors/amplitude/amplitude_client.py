"""The two APIs of one Amplitude project: the Dashboard REST API and the raw export."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from requests.auth import HTTPBasicAuth

from collectors.amplitude.cost_budget import CostBudget, cost_of
from collectors.errors import UnusableSetting
from collectors.http.client import HttpClient
from collectors.http.replies import Service
from collectors.http.request_watch import Watch
from collectors.http.sender import Parameters
from collectors.http.session import new_session
from collectors.http.shape import Reader
from collectors.http.transport import USUAL, Transport
from collectors.regions import AMPLITUDE_BASES

ONE_HOUR = 3600.0
_HOURLY = re.compile(r"(?i)per hour|hourly|in an hour")

_KEYS = (
    "Check AMPLITUDE_API_KEY and AMPLITUDE_SECRET_KEY (Settings, Projects), and that AMPLITUDE_REGION is the region of "
    "the project's data."
)
CURES: Mapping[int, str] = {
    401: _KEYS,
    402: "The plan must include the Dashboard REST API and the Export API.",
    403: _KEYS,
    404: "Check AMPLITUDE_REGION.",
    429: "Other tools of this project share its quota. Collect again later, or let the run wait.",
}


def quota_wait(headers: Mapping[str, str], text: str) -> float | None:
    """Seconds until the hourly quota is free again, None for a refusal that passes sooner: several queries at once, or
    too much within five minutes.
    """
    return ONE_HOUR if _HOURLY.search(text) else None


AMPLITUDE = Service(
    "Amplitude",
    CURES,
    quota_wait,
    longest_hint=ONE_HOUR,
    # Doubled up to a minute, five times: as long as it takes until five minutes are over.
    first_backoff=30.0,
    wrong_key_words=("invalid api key", "invalid secret key", "unable to authenticate"),
)


@dataclass(frozen=True)
class AmplitudeProject:
    """One project.

    Attributes:
        api_key: The project's API key.
        secret_key: Its secret key.
        region: us or eu.
        url: Base address of both APIs instead of the region's.
        time_zone: The IANA name of the zone whose days the project counts: no API tells it.
    """

    api_key: str
    secret_key: str = field(repr=False)
    region: str = "us"
    url: str | None = None
    time_zone: str | None = None


class AmplitudeClient:
    """One project, seen with its keys; asked from one thread.

    Args:
        project: The project and its keys.
        budget: Told of every query; raising `BudgetSpent` before one ends the source.
        transport: How to connect, wait and ask again; a longest wait of an hour waits for the hourly quota.

    Raises:
        UnusableSetting: a key, the region or an address cannot be used.
    """

    def __init__(
        self, project: AmplitudeProject, *, budget: CostBudget | None = None, transport: Transport = USUAL
    ) -> None:
        self.project = project
        self._budget = budget
        self._cost = 0
        key, secret = _credential(project.api_key, "API_KEY"), _credential(project.secret_key, "SECRET_KEY")
        if project.region not in AMPLITUDE_BASES:
            raise UnusableSetting(f"AMPLITUDE_REGION is {project.region!r}.", "Use us or eu.", source="Amplitude")
        self._owned_session = new_session() if transport.session is None else None
        shared = replace(transport, session=transport.session or self._owned_session)
        base, auth, secrets = project.url or AMPLITUDE_BASES[project.region], HTTPBasicAuth(key, secret), (secret, key)
        watch = Watch(self._before, self._after)
        self._dashboard = HttpClient(AMPLITUDE, base, auth, secrets=secrets, transport=shared, watch=watch)
        self.export = HttpClient(AMPLITUDE, base, auth, secrets=secrets, transport=shared)

    @property
    def requests_sent(self) -> int:
        """Requests so far to both APIs, retries included."""
        return self._dashboard.requests_sent + self.export.requests_sent

    def ask(self, path: str, parameters: Parameters | None = None, *, days: int = 1) -> Any:
        """The JSON that the Dashboard REST API answers to a query for so many days.

        Raises:
            CollectorError: by what went wrong.
        """
        self._cost = cost_of(days)
        return self._dashboard.get_json(path, parameters)

    def reader(self, path: str) -> Reader:
        """Reads an answer to `path`."""
        return Reader(lambda field, seen: self._dashboard.unexpected(path, field, seen))

    def close(self) -> None:
        """Ends every wait and closes the connections."""
        for client in (self._dashboard, self.export):
            client.close()
        if self._owned_session is not None:
            self._owned_session.close()

    def _before(self) -> None:
        if self._budget is not None:
            self._budget.before_query(self._cost)

    def _after(self, status: int | None) -> None:
        if self._budget is not None:
            self._budget.after_query(self._cost, status)


def _credential(value: str, which: str) -> str:
    text = value.strip()
    if not text or not text.isascii() or not text.isprintable():
        raise UnusableSetting(
            f"AMPLITUDE_{which} is empty or holds characters that none has.",
            "Copy it again from Amplitude's Settings, Projects.",
            source="Amplitude",
        )
    return text
