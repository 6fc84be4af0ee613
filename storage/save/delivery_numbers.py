"""What the route carries: its days, each in the place of what was known of it, and all else as it stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from storage.connection import Connection
from storage.delivery_records import Delivery
from storage.file.conversion import stored_instant
from storage.save.bulk import DAY, INSTANT, SECONDS, SHARE, TEXT, TRUTH, WHOLE, save_latest

_COUNTS = ("received", "waiting", "held", "dead", "delivered", "shadowed", "suppressed_once", "dropped", "expired")
_TYPES: Mapping[str, Mapping[str, pa.DataType]] = {
    "route_event": {
        "event": TEXT, "sent_as": TEXT, "mode": TEXT, **dict.fromkeys(_COUNTS, WHOLE), "breaker": TEXT,
        "oldest_waiting_at": INSTANT, "noted_at": INSTANT,
    },
    "route_day": {
        "event": TEXT, "day": DAY, **dict.fromkeys(_COUNTS, WHOLE), "only_by_export": WHOLE, "state": TEXT,
        "noted_at": INSTANT,
    },
    "route_letter_group": {
        "event": TEXT, "reason": TEXT, "field": TEXT, "count": WHOLE, "first": INSTANT, "last": INSTANT,
        "mended_by": TEXT,
    },
    "route_hold": {
        "event": TEXT, "kind": TEXT, "why": TEXT, "field": TEXT, "since": INSTANT, "waiting": WHOLE,
        "first_expires": INSTANT, "candidate_of": TEXT, "by_hand": TRUTH,
        "mended_by": TEXT,
    },
    "route_source": {
        "source": TEXT, "events": WHOLE, "p50_seconds": SECONDS, "p95_seconds": SECONDS, "p99_seconds": SECONDS,
        "since": INSTANT,
    },
    "experiment_arm": {
        "campaign_id": WHOLE, "arm": TEXT, "event": TEXT, "share": SHARE, "held_until": TEXT, "converted_by": TEXT,
        "within_seconds": SECONDS, "assigned": WHOLE, "observed": WHOLE, "converted": WHOLE, "waiting": WHOLE,
        "since": INSTANT, "noted_at": INSTANT,
    },
    "route_cohort": {
        "source": TEXT, "cohort": TEXT, "name": TEXT, "mode": TEXT, "is_whole": TRUTH,
        **dict.fromkeys(("people", "applied", "in_segment", "to_add", "to_remove", "unknown", "nobody"), WHOLE),
        "segment_id": WHOLE, "counted": WHOLE, "heard_at": INSTANT, "completed_at": INSTANT, "held_since": INSTANT,
        "trouble": TEXT, "noted_at": INSTANT,
    },
}  # fmt: skip
_KEYS = {
    "route_day": ("event", "day"), "route_letter_group": ("event", "reason", "field"), "route_source": ("source",),
    "experiment_arm": ("campaign_id", "arm"), "route_cohort": ("source", "cohort"),
}  # fmt: skip
_STAYS = frozenset(("route_day", "experiment_arm"))
"""Of these, what is not noted any more is still known."""


def save_delivery(connection: Connection, workspace: str, delivery: Delivery) -> int:
    """Save what the route noted of a workspace, unless something newer is known; how many rows were written."""
    known = connection.execute(
        "SELECT max(noted_at) FROM (SELECT workspace, noted_at FROM route_event UNION ALL "
        "SELECT workspace, noted_at FROM route_cohort) WHERE workspace = ?",
        [workspace],
    ).fetchone()
    noted = stored_instant(delivery.noted_at)
    if known is not None and known[0] is not None and noted is not None and known[0] > noted:
        return 0
    of_all = {"noted_at": delivery.noted_at}
    of_events = of_all | {"breaker": delivery.breaker, "oldest_waiting_at": delivery.oldest_waiting_at}
    parts: Mapping[str, tuple[Sequence[Any], Mapping[str, Any]]] = {
        "route_event": (delivery.events, of_events),
        "route_day": (delivery.days, of_all),
        "route_letter_group": (delivery.letters, {}),
        "route_hold": (delivery.holds, {}),
        "route_source": (delivery.sources, {}),
        "experiment_arm": (delivery.experiments, of_all),
        "route_cohort": (delivery.cohorts, of_all),
    }
    written = 0
    for table, (records, more) in parts.items():
        if table not in _STAYS:
            connection.execute(f"DELETE FROM {table} WHERE workspace = ?", [workspace])  # noqa: S608
        rows = [vars(one) | more for one in records]
        written += save_latest(connection, workspace, table, _TYPES[table], _KEYS.get(table, ("event",)), rows)
    return written
