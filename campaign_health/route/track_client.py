"""The Track API of one Customer.io workspace: what the route writes with."""

from __future__ import annotations

from collections.abc import Mapping

from requests.auth import HTTPBasicAuth

from campaign_health.errors import CouldNotStart
from campaign_health.settings import RouteSettings
from collectors.http.client import HttpClient
from collectors.http.pacing import Pace
from collectors.http.replies import Service
from collectors.http.transport import USUAL, Transport

REQUESTS_PER_SECOND = 100.0
CURES: Mapping[int, str] = {
    401: "Check CUSTOMERIO_SITE_ID and CUSTOMERIO_TRACK_API_KEY (Track API credentials, not an App API key) and that "
    "CUSTOMERIO_REGION is the account's region.",
    404: "Check CUSTOMERIO_TRACK_URL and CUSTOMERIO_REGION.",
}
TRACK = Service("Customer.io (Track)", CURES)


def track_client(settings: RouteSettings, transport: Transport = USUAL) -> HttpClient:
    """A client that may write to the workspace.

    Raises:
        CouldNotStart: there are no credentials.
        UnusableSetting: the address cannot be used.
    """
    if settings.site_id is None or settings.track_api_key is None:
        raise CouldNotStart(
            "There are no credentials for Customer.io's Track API, so nothing can be written.",
            "Set CUSTOMERIO_SITE_ID and CUSTOMERIO_TRACK_API_KEY: Customer.io, account settings, API credentials, "
            "Track API keys.",
        )
    key = settings.track_api_key.get_secret_value()
    return HttpClient(
        TRACK,
        settings.track_url,
        HTTPBasicAuth(settings.site_id, key),
        secrets=(key,),
        transport=transport,
        pace=Pace(REQUESTS_PER_SECOND),
    )
