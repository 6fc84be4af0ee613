"""The three APIs of one Mixpanel project: Query, raw export and App."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from requests.auth import HTTPBasicAuth

from collectors.errors import UnusableSetting
from collectors.http.client import HttpClient
from collectors.http.pacing import Pace
from collectors.http.replies import Service
from collectors.http.request_watch import NOBODY, Watch
from collectors.http.session import new_session
from collectors.http.shape import Reader
from collectors.http.transport import USUAL, Transport
from collectors.regions import MIXPANEL_BASES

TimeStorage = Literal["utc", "project"]

ONE_HOUR = 3600.0
EXPORTS_PER_SECOND = 3.0
_QUERIES_LAST_HOUR = re.compile(r"(\d{1,9})/(\d{1,9}) queries running in the last hour")
_TRIPPED = re.compile(r'"project";r=0;t=(\d{1,9})')

CURES: Mapping[int, str] = {
    401: "Check MIXPANEL_SERVICE_ACCOUNT and MIXPANEL_SERVICE_SECRET, that the service account has not expired, "
    "and that MIXPANEL_REGION is the project's region.",
    402: "The raw export may still be allowed: set MIXPANEL_COUNT_SOURCE=auto or export, or upgrade the plan.",
    403: "Give the service account access to the project, and check MIXPANEL_PROJECT_ID.",
    404: "Check MIXPANEL_PROJECT_ID and MIXPANEL_REGION.",
    429: "Other tools of this project share its hourly quota. Collect again later, or let the run wait.",
}


def quota_wait(headers: Mapping[str, str], text: str) -> float | None:
    """Seconds until the hourly quota is free again, None for a refusal that passes sooner.

    Mixpanel names both limits in one sentence, "1/5 queries running concurrently and 61/60 queries running in
    the last hour", or marks the one that tripped with `r=0` in its `RateLimit` header.
    """
    tripped = _TRIPPED.search(headers.get("RateLimit", ""))
    if tripped:
        return min(float(tripped[1]), ONE_HOUR)
    running = _QUERIES_LAST_HOUR.search(text)
    return ONE_HOUR if running and int(running[1]) >= int(running[2]) else None


MIXPANEL = Service(
    "Mixpanel",
    CURES,
    quota_wait,
    longest_hint=ONE_HOUR,
    first_backoff=2.0,
    wrong_key_words=("unable to authenticate",),
)


@dataclass(frozen=True)
class MixpanelProject:
    """One project and the service account that may read it.

    Attributes:
        project_id: Number of the project.
        service_account: User name of the service account.
        service_secret: Its secret.
        region: us, eu or in.
        query_url: Base address of the Query API instead of the region's.
        export_url: Whole address of the raw export instead of the region's.
        app_url: Base address of the App API instead of the region's.
        time_storage: "utc", or "project" for projects made before 2023, whose events carry local time.
        exports_per_second: Rate limit of the raw export.
    """

    project_id: str | int
    service_account: str
    service_secret: str = field(repr=False)
    region: str = "us"
    query_url: str | None = None
    export_url: str | None = None
    app_url: str | None = None
    time_storage: TimeStorage = "utc"
    exports_per_second: float = EXPORTS_PER_SECOND


class MixpanelClient:
    """One project, seen through a service account.

    Args:
        project: The project and its account.
        queries: Told of every request to the Query API; raising `BudgetSpent` before one ends the source.
        transport: How to connect, wait and ask again; a longest wait of an hour waits for the hourly quota.

    Raises:
        UnusableSetting: the project id, the account, the region or an address cannot be used.
    """

    def __init__(self, project: MixpanelProject, *, queries: Watch = NOBODY, transport: Transport = USUAL) -> None:
        self.project_id = _project_number(project.project_id)
        self.time_storage: TimeStorage = project.time_storage
        user, secret = _credential(project.service_account, "ACCOUNT"), _credential(project.service_secret, "SECRET")
        if project.region not in MIXPANEL_BASES:
            raise UnusableSetting(f"MIXPANEL_REGION is {project.region!r}.", "Use us, eu or in.", source="Mixpanel")
        bases = MIXPANEL_BASES[project.region]
        self._owned_session = new_session() if transport.session is None else None
        shared = replace(transport, session=transport.session or self._owned_session)

        def client(base: str, pace: Pace | None = None, watch: Watch = NOBODY) -> HttpClient:
            return HttpClient(
                MIXPANEL,
                base,
                HTTPBasicAuth(user, secret),
                secrets=(f"{user}:{secret}", secret),
                transport=shared,
                pace=pace,
                watch=watch,
            )

        self.query = client(project.query_url or bases[0], watch=queries)
        self.export = client(project.export_url or bases[1], pace=Pace(project.exports_per_second))
        self.app = client(project.app_url or bases[2])

    @property
    def requests_sent(self) -> int:
        """Requests so far to all three APIs, retries included."""
        return self.query.requests_sent + self.export.requests_sent + self.app.requests_sent

    def close(self) -> None:
        """Ends every wait and closes the connections."""
        for client in (self.query, self.export, self.app):
            client.close()
        if self._owned_session is not None:
            self._owned_session.close()


def reader(client: HttpClient, path: str) -> Reader:
    """Reads an answer to `path`."""
    return Reader(lambda field, seen: client.unexpected(path, field, seen))


def _project_number(project_id: str | int) -> int:
    text = str(project_id).strip()
    if not (text.isascii() and text.isdigit()):
        raise UnusableSetting(
            f"MIXPANEL_PROJECT_ID is {text!r}, which is not a number.",
            "It stands in Mixpanel under Settings, Project Settings, Project ID.",
            source="Mixpanel",
        )
    return int(text)


def _credential(value: str, which: str) -> str:
    text = value.strip()
    if not text or not text.isascii() or not text.isprintable():
        raise UnusableSetting(
            f"MIXPANEL_SERVICE_{which} is empty or holds characters that none has.",
            "Copy it again from Mixpanel's Organization Settings, Service Accounts.",
            source="Mixpanel",
        )
    return text
