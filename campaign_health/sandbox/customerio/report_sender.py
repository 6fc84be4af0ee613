"""Customer.io's reporting webhook: what became of the messages of a run, signed, and held up by whoever fails."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import requests

from campaign_health.sandbox.customerio.making_deliveries import FAILURE, known_as, made_id, metrics_of
from campaign_health.sandbox.world.received import MadeDelivery
from campaign_health.sandbox.world.setting import Setting

SECONDS_TO_ANSWER = 4.0
WAITS_AN_HOUR = frozenset((*range(400, 406), 410, 429, 500, 502, 521))
"""After these answers the next try comes an hour later; after all others, and after silence, soon."""
HOURS_BLOCKED = 7 * 24
_SOON = 1 / 360
_LOOKS = 0.02


@dataclass(frozen=True)
class Habits:
    """How reports are sent: how many seconds an hour takes, how many seconds late they are, whether each comes twice,
    and whether the newest of those that wait comes first."""

    hour: float = 3600.0
    late: float = 0.0
    doubled: bool = False
    newest_first: bool = False


@dataclass(frozen=True)
class Try:
    """One call: the report's `event_id`, the answer's status (0: none within four seconds), and the running second."""

    event_id: str
    status: int
    second: float


class ReportSender:
    """Sends the reports of all messages that are made from now on, one call after another, until it is ended."""

    def __init__(self, setting: Setting, url: str, signing_key: str, habits: Habits, closing: threading.Event) -> None:
        self._setting, self._url, self._key, self._habits = setting, url, signing_key, habits
        self._closing = closing
        self._received = setting.world.received
        self._seen = len(self._received.deliveries)
        self._waiting: deque[tuple[float, dict[str, Any]]] = deque()
        self._tries: list[Try] = []
        self._thread = threading.Thread(target=self._run, name="sandbox-reports", daemon=True)

    def start(self) -> None:
        """Begin, in the background."""
        self._thread.start()

    def end(self) -> None:
        """Wait for the call that is under way; the sandbox is closing."""
        self._thread.join(2 * SECONDS_TO_ANSWER)

    @property
    def is_running(self) -> bool:
        """Whether it may still send."""
        return self._thread.is_alive()

    @property
    def tries(self) -> list[Try]:
        """All calls so far, oldest first."""
        return list(self._tries)

    def _run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while not self._closing.wait(_LOOKS):
                self._look()
                while self._waiting and self._waiting[0][0] <= time.monotonic() and not self._closing.is_set():
                    self._send(session, self._waiting.popleft()[1])

    def _look(self) -> None:
        """Find what was made since. All of one request is found at once, for it is made under the lock."""
        received = self._setting.world.received
        if received is not self._received:
            self._received, self._seen = received, 0
        with received.lock:
            made = list(enumerate(received.deliveries))[self._seen :]
        self._seen += len(made)
        found = [one for place, delivery in made for one in reports_of(self._setting, place, delivery)]
        if self._habits.doubled:
            found = [one for one in found for _ in range(2)]
        if self._habits.newest_first:
            found.reverse()
        due = time.monotonic() + self._habits.late
        self._waiting.extend((due, one) for one in found)

    def _send(self, session: requests.Session, report: dict[str, Any]) -> None:
        """Send it again and again; whatever comes after it waits for up to seven days."""
        body = json.dumps(report).encode()
        ends = time.monotonic() + HOURS_BLOCKED * self._habits.hour
        while not self._closing.is_set():
            status = self._call(session, body)
            self._tries.append(Try(report["event_id"], status, time.monotonic()))
            if 200 <= status < 300 or time.monotonic() >= ends:
                return
            self._closing.wait(self._habits.hour * (1 if status in WAITS_AN_HOUR else _SOON))

    def _call(self, session: requests.Session, body: bytes) -> int:
        # Receivers hold this time against their own clock, which does not follow the sandbox's.
        moment = str(int(time.time()))
        signature = hmac.new(self._key.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json", "X-CIO-Timestamp": moment, "X-CIO-Signature": signature,
        }  # fmt: skip
        try:
            answer = session.post(
                self._url, data=body, headers=headers, timeout=SECONDS_TO_ANSWER, allow_redirects=False
            )
        except requests.RequestException:
            return 0
        return answer.status_code


def reports_of(setting: Setting, place: int, made: MadeDelivery) -> list[dict[str, Any]]:
    """What is reported of the message of that place: sent and delivered, sent and bounced, or failed."""
    who = known_as(setting.world, made.person)
    data: dict[str, Any] = {
        "action_id": made.number * 10,
        "customer_id": made.person,
        "delivery_id": made_id(place),
        "journey_id": f"01J{place:023d}",
        "identifiers": who,
        "recipient": who["email"],
        "subject": "",
    }
    if made.kind == "campaign":
        data |= {"campaign_id": made.number, "trigger_event_id": made.ulid}
    else:
        data |= {"broadcast_id": made.number, "trigger_id": made.trigger}
    told = [metric for metric in metrics_of(setting.world, made) if metric != "attempted"]
    return [
        {
            "event_id": "01" + secrets.token_hex(12).upper(),
            "object_type": "email",
            "metric": metric,
            "timestamp": made.created,
            "data": data | ({"failure_message": FAILURE} if metric in ("failed", "bounced") else {}),
        }
        for metric in told
    ]
