"""Customer.io's reports as it sends them, signed; and a listening `route serve` of its own process to send them to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from campaign_health.route.doors.signature import signature_of

KEY = "a signing key"


def report(number: int, **changes: Any) -> dict[str, Any]:
    """The report of that number: an e-mail of campaign 14 to person `u-number`, sent."""
    person = f"u-{number}"
    data = {
        "action_id": 42, "campaign_id": 14, "customer_id": person, "delivery_id": f"d{number}",
        "journey_id": f"j{number}",
        "identifiers": {"id": person, "email": f"{person}@people.example", "cio_id": f"a{number:07x}"},
        "recipient": f"{person}@people.example", "subject": "Hello", "trigger_event_id": None,
    }  # fmt: skip
    whole = {
        "event_id": f"01E{number:023d}",
        "object_type": "email",
        "metric": "sent",
        "timestamp": int(time.time()) - 5,
    }
    return whole | {"data": data} | changes


def signed(body: bytes, key: str = KEY, at: float | None = None) -> dict[str, str]:
    """The headers of a signed report."""
    stamp = str(int(time.time() if at is None else at))
    return {
        "Content-Type": "application/json",
        "X-CIO-Timestamp": stamp,
        "X-CIO-Signature": signature_of(key, stamp, body),
    }


def send(url: str, told: dict[str, Any] | bytes, workspace: str = "default", **headers: str) -> int:
    """Send one signed report; the status of the answer."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    answer = requests.post(
        f"{url}/{workspace}/customerio/report", data=body, headers=signed(body) | headers, timeout=20
    )
    return answer.status_code


@contextmanager
def listening(
    folder: Path, *options: str, port: int = 0, **environment: str
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`route serve` on the data directory, and its address."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("CAMPAIGN_HEALTH", "CUSTOMERIO"))
    }
    settings = {"CAMPAIGN_HEALTH_DATA_DIR": str(folder / "data"), "CUSTOMERIO_REPORTING_SIGNING_KEY": KEY}
    process = subprocess.Popen(
        [sys.executable, "-m", "campaign_health", "route", "serve", "--port", str(port), *options],
        stderr=subprocess.PIPE, text=True, cwd=folder, env=clean | settings | environment,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://(?:[\d.]+|\[[\d:]+\]):\d+", line)
        assert found, line + process.stderr.read()
        yield found[0], process
    finally:
        process.kill()
        process.wait(60)
