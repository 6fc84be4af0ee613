"""Asks a receiver that a workspace's settings name: once, with bounds, and without ever showing its address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from campaign_health.alerts.channels.delivery import DeliveryFailed
from campaign_health.settings import HttpSettings
from collectors.errors import Unreachable
from collectors.http.answers import Answer
from collectors.http.bearer import BearerKey
from collectors.http.client import HttpClient
from collectors.http.redaction import secrets_of
from collectors.http.replies import Service
from collectors.http.retrying import Retries
from collectors.http.transport import Timeouts, Transport
from collectors.http.waiting import asked_wait

LONGEST_WAIT = 24 * 3600.0


@contextmanager
def receiver(name: str, address: str, http: HttpSettings, key: str | None = None) -> Iterator[HttpClient]:
    """A client for one delivery. A whole answer may take no longer than silence: it says little.

    Args:
        name: The receiver in words, as a reason begins with it.
        address: Where it is asked; a secret, unless there is a key.
        http: How long to wait.
        key: Sent as a bearer key.

    Raises:
        DeliveryFailed: no whole answer came.
    """
    client = HttpClient(
        Service(name),
        address,
        BearerKey(key) if key else None,
        secrets=(key,) if key else secrets_of(address),
        transport=Transport(
            Timeouts(http.connect_seconds, http.read_seconds, whole_seconds=http.read_seconds), retries=Retries(most=0)
        ),
    )
    try:
        yield client
    except Unreachable as failure:
        raise DeliveryFailed(f"{name} could not be reached ({failure.because})") from None
    finally:
        client.close()


def wait_asked_by(answer: Answer) -> float | None:
    """Seconds that a receiver asks to be left alone, a day at most; None where it does not ask."""
    return asked_wait(answer.headers, LONGEST_WAIT)
