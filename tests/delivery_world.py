"""A route's own file with something of everything in it, and its numbers in the published file beside it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaign_health.pipeline.sources.route_numbers import left_numbers
from campaign_health.route.delivery_note import delivery_note
from campaign_health.route.numbers_file import note_delivery, note_proof
from campaign_health.route.received_ages import SourceAges
from storage.file.database import Warehouse
from storage.outbox.events.event_queue import bury, finish, receive, receive_dead, sweep
from storage.outbox.events.held_events import HAND, open_hold
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import Connection, committed, open_route_file
from storage.outbox.route_modes import set_mode
from tests.dashboard_world import NOW

MOVED = {"project.created": "Project created", "paywall_limit_reached": "paywall_limit_reached", "invoice_paid": "paid"}
DAYS = 12


def add_route(data_dir: Path, now: datetime = NOW) -> None:
    """Fills the route's file, leaves its numbers and publishes them; `now` is their instant."""
    with open_route_file(data_dir) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        with committed(connection):
            _fill(connection, now)
        note = delivery_note(connection, "default", MOVED, now.timestamp() - 240, sources=_ages(now))
    note_delivery(data_dir, "default", note)
    note_proof(data_dir, "default", _proof(now))
    with Warehouse(data_dir).open_and_publish() as warehouse:
        left_numbers(data_dir, "default").save(warehouse)


def _fill(connection: Connection, now: datetime) -> None:
    chance = random.Random(5)
    for mode, event in zip(("live", "live", "shadow"), MOVED, strict=True):
        set_mode(connection, "default", event, mode)
    number = 0
    for back in range(DAYS, -1, -1):
        for event in MOVED:
            for _ in range(chance.randrange(30, 60)):
                number += 1
                at = (now - timedelta(days=back, minutes=chance.uniform(20, 300))).timestamp()
                one = _event(number, event, at)
                receive(connection, one)
                if event == "invoice_paid":
                    finish(connection, [one.key], "shadowed")
                elif event == "paywall_limit_reached" and back <= 1:
                    _drift(connection, one, number, at)
                elif number % 97 == 0:
                    bury(connection, one.key, "refused:email: is not a valid address", "email", at + 9)
                elif number % 31 == 0:
                    finish(connection, [one.key], "suppressed_once")
                elif back or number % 9:
                    finish(connection, [one.key], "delivered")
    receive_dead(connection, _event(number + 1, "project.created", now.timestamp() - 9e3, ""), "no_person", "person")
    sweep(connection, now.timestamp())
    begun = now.timestamp() - 5e3
    open_hold(connection, "default", "project_created", "candidate", "it may be the new name of project.created",
              begun, source="events 1", candidate_of="project.created")  # fmt: skip


def _drift(connection: Connection, one: QueuedEvent, number: int, at: float) -> None:
    if number % 5 == 0:
        bury(connection, one.key, "missing_property", "hit_count", at + 5)
        return
    why = "its property plan is of another type than the manifest says"
    open_hold(connection, "default", one.event, "unsendable", why, at, source=f"{HAND} x", field="plan")
    bury(connection, one.key, "wrong_type", "plan", at + 5)


def _event(number: int, event: str, at: float, person: str = "u-1") -> QueuedEvent:
    body = '{"plan": {"name": "pro"}}'
    return QueuedEvent("default", event, number.to_bytes(16, "big"), person, at - 3, at, at + 2e5, "backend", body)


def _ages(now: datetime) -> list[dict[str, object]]:
    chance = random.Random(6)
    ages = SourceAges(lambda: now.timestamp() - 86_400)
    ages.note("backend", [chance.lognormvariate(-1, 1) for _ in range(900)])
    ages.note("browser", [chance.lognormvariate(1, 1) for _ in range(500)])
    ages.note("mixpanel", [chance.lognormvariate(6.5, 0.4) for _ in range(80)])
    return ages.rows()


def _proof(now: datetime) -> dict[str, object]:
    hours = [now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=back) for back in range(60, 4, -1)]
    return {
        "campaign_id": 3, "event": "paywall_limit_reached", "since": hours[0].astimezone(UTC).isoformat(),
        "until": now.isoformat(), "proved_at": now.isoformat(), "promise_seconds": 300.0,
        "hours": [
            {"hour": hour.isoformat(), "qualifying": 5, "sent": 4, "delivered": None, "failed": None, "not_sent": 1,
             "unknown": 0, "within_promise": 3, "p50_seconds": 40.0, "p95_seconds": 280.0, "p99_seconds": 310.0,
             "state": "observed"}
            for hour in hours
        ],
    }  # fmt: skip
