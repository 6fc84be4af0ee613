"""Delivers a digest as signed JSON to any address.

The signature is `X-Campaign-Health-Signature: v0=` and the hexadecimal HMAC-SHA256, under the shared secret, of
`v0:<timestamp>:<body>`, where the timestamp is the header `X-Campaign-Health-Timestamp` (Unix seconds).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from campaign_health.alerts.channels.delivery import DeliveryFailed, Receipt, ReportMessage
from campaign_health.alerts.channels.receiver import receiver, wait_asked_by
from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.alerts.forms.json_form import VERSION, digest_as_json
from campaign_health.alerts.forms.report_json import report_as_json
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
        self._http = http
        self._unix_seconds = unix_seconds

    def deliver(self, digest: Digest, today: Receipt | None) -> Receipt:
        """Posts the digest; any answer from 200 to 299 means that it arrived."""
        self._post(digest_as_json(digest), digest.announcement_id)
        return {}

    def deliver_report(self, message: ReportMessage) -> None:
        """Posts a monthly report, whose `kind` is `monthly_report`; signed as a digest is."""
        values = {"version": VERSION, "kind": "monthly_report", "announcement_id": message.announcement_id}
        self._post({**values, **report_as_json(message.report, message.text), "link": message.link},
                   message.announcement_id)  # fmt: skip

    def _post(self, values: Mapping[str, Any], announcement_id: str) -> None:
        body = json.dumps(values, ensure_ascii=False).encode()
        timestamp = str(self._unix_seconds())
        headers = {TIMESTAMP_HEADER: timestamp, ID_HEADER: announcement_id}
        if self._secret:
            headers[SIGNATURE_HEADER] = signature(self._secret, timestamp, body)
        with receiver("the webhook", self._address, self._http) as client:
            answer = client.post_json("", body, headers)
        if 200 <= answer.status < 300:
            return
        if answer.status == 429 or answer.status >= 500:
            raise DeliveryFailed(f"the webhook answered HTTP {answer.status}", retry_after=wait_asked_by(answer))
        raise DeliveryFailed(
            f"the webhook answered HTTP {answer.status}: check CAMPAIGN_HEALTH_WEBHOOK_URL", final=True
        )
