"""Delivers a digest as signed JSON to any address.

The signature is `X-Campaign-Health-Signature: v0=` and the hexadecimal HMAC-SHA256, under the shared secret, of
`v0:<timestamp>:<body>`, where the timestamp is the header `X-Campaign-Health-Timestamp` (Unix seconds).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable

import requests

from campaign_health.alerts.channels.delivery import DeliveryFailed, Receipt, asked_wait
from campaign_health.alerts.digest.digest import Digest
from campaign_health.alerts.forms.json_form import digest_as_json
from campaign_health.settings import HttpSettings

TIMESTAMP_HEADER = "X-Campaign-Health-Timestamp"
SIGNATURE_HEADER = "X-Campaign-Health-Signature"
ID_HEADER = "X-Campaign-Health-Id"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of the signature header for a body sent at a timestamp (text of Unix seconds)."""
    message = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


class JsonWebhook:
    """Posts each digest as JSON; the receiver tells duplicates by the header X-Campaign-Health-Id."""

    name = "webhook"
    editable = False

    def __init__(self, address: str, secret: str | None, http: HttpSettings, unix_seconds: Callable[[], int]) -> None:
        self._address = address
        self._secret = secret
        self._timeouts = (http.connect_seconds, http.read_seconds)
        self._unix_seconds = unix_seconds

    def deliver(self, digest: Digest, today: Receipt | None) -> Receipt:
        """Posts the digest; any answer from 200 to 299 means that it arrived."""
        body = json.dumps(digest_as_json(digest), ensure_ascii=False).encode()
        timestamp = str(self._unix_seconds())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            TIMESTAMP_HEADER: timestamp,
            ID_HEADER: digest.announcement_id,
        }
        if self._secret:
            headers[SIGNATURE_HEADER] = signature(self._secret, timestamp, body)
        try:
            answer = requests.post(
                self._address, data=body, headers=headers, timeout=self._timeouts, allow_redirects=False
            )
        except requests.RequestException as failure:
            raise DeliveryFailed(f"the webhook could not be reached ({type(failure).__name__})") from None
        if answer.ok and answer.status_code < 300:
            return {}
        if answer.status_code == 429 or answer.status_code >= 500:
            wait = asked_wait(answer.headers.get("Retry-After"))
            raise DeliveryFailed(f"the webhook answered HTTP {answer.status_code}", retry_after=wait)
        raise DeliveryFailed(
            f"the webhook answered HTTP {answer.status_code}: check CAMPAIGN_HEALTH_WEBHOOK_URL", final=True
        )
