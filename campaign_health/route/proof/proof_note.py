"""What a proof leaves for the monitor: each hour in which something qualified, in numbers; pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from campaign_health.route.proof.joining import HourProof
from campaign_health.route.proof.proving import Proof, ToProve

SHARES = {"p50_seconds": 0.5, "p95_seconds": 0.95, "p99_seconds": 0.99}


def proof_note(asked: ToProve, proof: Proof, now: datetime) -> dict[str, Any]:
    """A campaign's part of `route_numbers.json`: the span that was looked at, and its hours.

    An hour of which all can be told is `observed`, one of which something cannot yet is `provisional`.
    """
    plan = asked.plan
    return {
        "campaign_id": plan.campaign_id,
        "event": plan.events[0],
        "since": _instant(asked.begin),
        "until": _instant(min(asked.end, now.timestamp())),
        "proved_at": now.astimezone(UTC).isoformat(),
        "promise_seconds": asked.promise_seconds,
        "hours": [_hour(one) for one in proof.hours],
    }


def _hour(one: HourProof) -> dict[str, Any]:
    return {
        "hour": _instant(one.hour),
        "qualifying": one.qualifying,
        "sent": one.sent,
        "delivered": one.delivered,
        "failed": one.failed,
        "not_sent": one.not_sent,
        "unknown": one.unknown,
        "within_promise": one.within,
        **{name: one.took.quantile(share) for name, share in SHARES.items()},
        "state": "provisional" if one.unknown else "observed",
    }


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
