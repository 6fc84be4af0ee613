"""The App API of one Customer.io workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.errors import UnusableSetting
from collectors.http.bearer import BearerKey
from collectors.http.client import HttpClient
from collectors.http.pacing import Pace
from collectors.http.replies import Service
from collectors.http.sender import Parameters
from collectors.http.shape import Reader
from collectors.http.transport import USUAL, Transport
from collectors.regions import CUSTOMERIO_BASES

# The documented limit is 10; two are left for the workspace's other tools.
REQUESTS_PER_SECOND = 8.0
MOST_PAGES = 10_000

CURES: Mapping[int, str] = {
    401: "Check CUSTOMERIO_APP_API_KEY (an App API key, not a Track key) and that CUSTOMERIO_REGION is the "
    "account's region.",
    402: "Ask Customer.io which plan includes the App API.",
    403: "Give the App API key the scope to read campaigns, and this machine's address a place on the IP "
    "allowlist if there is one.",
    404: "Check CUSTOMERIO_APP_URL and CUSTOMERIO_REGION.",
    429: "Without a time to come back this is a daily quota: collect again tomorrow, or find what else uses the key.",
}


def quota_wait(headers: Mapping[str, str], text: str) -> float | None:
    """A 429 without `Retry-After` is Customer.io's daily quota: there is no waiting for it in a run."""
    return float("inf")


CUSTOMERIO = Service("Customer.io", CURES, quota_wait)


class CustomerioClient(HttpClient):
    """One workspace, seen through an App API key.

    Args:
        app_api_key: The key; it belongs to one workspace.
        region: us or eu.
        app_url: Base address instead of the region's, with its version, such as https://api.customer.io/v1.
        requests_per_second: Rate limit over all threads; None for no limit.
        transport: How to connect, wait and ask again.

    Raises:
        UnusableSetting: the key, the region or the address cannot be used.
    """

    def __init__(
        self,
        app_api_key: str,
        *,
        region: str = "us",
        app_url: str | None = None,
        requests_per_second: float | None = REQUESTS_PER_SECOND,
        transport: Transport = USUAL,
    ) -> None:
        key = app_api_key.strip()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise UnusableSetting(
                "CUSTOMERIO_APP_API_KEY is empty or holds characters that no key has.",
                "Copy it again from Customer.io's account settings, API credentials, App API keys.",
                source="Customer.io",
            )
        if region not in CUSTOMERIO_BASES:
            raise UnusableSetting(f"CUSTOMERIO_REGION is {region!r}.", "Use us or eu.", source="Customer.io")
        super().__init__(
            CUSTOMERIO,
            app_url or CUSTOMERIO_BASES[region],
            BearerKey(key),
            secrets=(key,),
            transport=transport,
            pace=None if requests_per_second is None else Pace(requests_per_second),
        )

    def reader(self, path: str) -> Reader:
        """Reads an answer to `path`."""
        return Reader(lambda field, seen: self.unexpected(path, field, seen))

    def pages(self, path: str, name: str, parameters: Parameters | None = None) -> Iterator[list[Any]]:
        """The arrays called `name` in each page, following `next` with `start` until it is empty."""
        asked = dict(parameters or {})
        read = self.reader(path)
        seen: set[str] = set()
        while True:
            body = read.mapping(self.get_json(path, asked), "body")
            yield read.sequence(body.get(name), name)
            cursor = body.get("next")
            if cursor is None or cursor == "":
                return
            cursor = read.text(cursor, "next")
            if cursor in seen or len(seen) >= MOST_PAGES:
                read.fail("next", "leads in a circle")
            seen.add(cursor)
            asked["start"] = cursor
