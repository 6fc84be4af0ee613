"""What the route carries of a workspace, as it is noted for the monitor: numbers, names and reasons, and nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from campaign_health.route.cohorts.cohort_note import cohort_rows
from campaign_health.route.manifest_cure import manifest_cure
from campaign_health.route.numbers_file import KEPT_DAYS
from collectors.http.impersonal import impersonal
from storage.outbox.events.event_letters import LetterGroup, letter_groups
from storage.outbox.events.event_queue import oldest_waiting
from storage.outbox.events.event_samples import newest_held, one_letter
from storage.outbox.events.event_tally import DAY_SECONDS, numbers, numbers_by_day
from storage.outbox.events.held_events import HAND, Hold, held_numbers, holds_now
from storage.outbox.route_file import Connection
from storage.outbox.route_modes import breaker_of, modes

COUNTS = ("received", "waiting", "held", "dead", "delivered", "shadowed", "suppressed_once", "dropped", "expired")
REFUSED = "refused:"
UNSETTLED = ("waiting", "held", "dead")
_EPOCH = date(1970, 1, 1)


def delivery_note(
    connection: Connection, workspace: str, sent_as: Mapping[str, str], now: float, **more: Any
) -> dict[str, Any]:
    """A workspace's part `delivery` of `route_numbers.json`.

    Args:
        connection: The route's file, which is read as it is at one instant.
        workspace: Whose it is.
        sent_as: The names in Customer.io of events by their names in the manifest, as far as they are known.
        now: Unix seconds.
        more: What only the listening process knows, such as `sources`.
    """
    connection.execute("BEGIN")
    try:
        oldest = oldest_waiting(connection, workspace)
        return {
            "noted_at": _instant(now),
            "breaker": breaker_of(connection, workspace),
            "oldest_waiting_at": None if oldest is None else _instant(oldest),
            "events": _events(connection, workspace, sent_as),
            "days": _days(connection, workspace, now),
            "letters": _letters(connection, workspace),
            "holds": [_hold(connection, one) for one in holds_now(connection, workspace)],
            "cohorts": cohort_rows(connection, workspace),
            **more,
        }
    finally:
        connection.execute("COMMIT")


def _events(connection: Connection, workspace: str, sent_as: Mapping[str, str]) -> list[dict[str, Any]]:
    set_modes = modes(connection, workspace)
    known = {event: found for (whose, event), found in numbers(connection).items() if whose == workspace}
    return [
        {
            "event": event,
            "sent_as": sent_as.get(event, event),
            "mode": set_modes.get(event, "off"),
            **{name: known.get(event, {}).get(name, 0) for name in COUNTS},
        }
        for event in sorted(known.keys() | set_modes.keys())
    ]


def _days(connection: Connection, workspace: str, now: float) -> list[dict[str, Any]]:
    today = int(now // DAY_SECONDS)
    return [
        {
            "event": event,
            "day": (_EPOCH + timedelta(days=day)).isoformat(),
            **{name: found.get(name, 0) for name in COUNTS},
            "only_by_export": found.get("only_by_export"),
            "state": "provisional" if day >= today or any(found.get(name) for name in UNSETTLED) else "observed",
        }
        for (event, day), found in sorted(numbers_by_day(connection, workspace, today - KEPT_DAYS + 1).items())
    ]


def _letters(connection: Connection, workspace: str) -> list[dict[str, Any]]:
    """In groups; what Customer.io said may quote a person, and two such reasons may become one."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in letter_groups(connection):
        if one.workspace != workspace:
            continue
        reason, about = one.reason, one.field
        if reason.startswith(REFUSED):
            reason, about = REFUSED + impersonal(reason.removeprefix(REFUSED)), impersonal(about)
        row = {"event": one.event, "reason": reason, "field": about, "count": one.count, "first": _instant(one.first),
               "last": _instant(one.last), "mended_by": _cure_of(connection, one)}  # fmt: skip
        known = found.setdefault((one.event, reason, about), row)
        if known is not row:
            known["count"] += one.count
            known["first"], known["last"] = min(known["first"], row["first"]), max(known["last"], row["last"])
    return list(found.values())


def _cure_of(connection: Connection, group: LetterGroup) -> str | None:
    body = one_letter(connection, group)
    return None if body is None else manifest_cure(group.reason, group.field, body)


def _hold(connection: Connection, hold: Hold) -> dict[str, Any]:
    held, newest = held_numbers(connection, hold), newest_held(connection, hold)
    cure = None if newest is None else manifest_cure(*newest)
    if hold.kind == "candidate":
        cure = f'renames: [{{from: "{hold.candidate_of}", to: "{hold.event}"}}]'
    return {
        "event": hold.event,
        "kind": hold.kind,
        "why": hold.why,
        "field": hold.field,
        "since": _instant(hold.since),
        "waiting": held.waiting,
        "first_expires": None if held.first_expires is None else _instant(held.first_expires),
        "candidate_of": hold.candidate_of or None,
        "by_hand": hold.source.startswith(HAND),
        "mended_by": cure,
    }


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
