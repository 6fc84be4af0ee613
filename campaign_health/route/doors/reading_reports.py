"""Customer.io's report of what became of one message: what of it is kept, and under whose hash."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from campaign_health.route.person import PersonBy
from campaign_health.words.visible import visible
from storage.outbox.report_log import ReportRow

DEEPEST = 20
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+|\+?\d[\d\s().-]{6,}\d")
LONGEST = {"event_id": 100, "metric": 60, "object_type": 40, "delivery_id": 200, "journey_id": 200,
           "trigger_event_id": 200}  # fmt: skip
LONGEST_REASON = 300
UNKNOWN = "unknown"

PersonHasher = Callable[[str, str], bytes]


class NoReport(Exception):
    """It is authentic, and nothing that can be used; says why, without what was in it."""


def read_report(body: bytes, workspace: str, by: PersonBy, hash_of: PersonHasher, received: float) -> ReportRow:
    """What is kept of a report. The person is hashed here, and addresses are cut out of the reason for a failure.

    Raises:
        NoReport: it is not a report as described.
    """
    try:
        report = json.loads(body)
    except (ValueError, RecursionError):
        raise NoReport("no JSON") from None
    if not isinstance(report, Mapping) or _depth(report) > DEEPEST:
        raise NoReport("no object, or nested too deep")
    data = report.get("data")
    data = data if isinstance(data, Mapping) else {}
    at = report.get("timestamp")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 < at < 1e11:
        raise NoReport("no usable time")
    person = _person(data, by)
    return ReportRow(
        workspace=workspace,
        event_id=_needed(report, "event_id"),
        metric=_needed(report, "metric"),
        # The description itself leaves it out for a change of subscription preferences.
        channel=_text(report, "object_type") or UNKNOWN,
        at=float(at),
        received=received,
        # Broadcasts and campaigns are numbered together.
        campaign_id=_number(data.get("campaign_id") or data.get("broadcast_id")),
        action_id=_number(data.get("action_id")),
        delivery_id=_text(data, "delivery_id"),
        journey_id=_text(data, "journey_id"),
        trigger_event_id=_text(data, "trigger_event_id"),
        person=None if person is None else hash_of(workspace, person),
        reason=_reason(data.get("failure_message")),
    )


def _needed(report: Mapping[str, Any], name: str) -> str:
    found = _text(report, name)
    if found is None:
        raise NoReport(f"no usable {name}")
    return found


def _text(part: Mapping[str, Any], name: str) -> str | None:
    found = part.get(name)
    usable = isinstance(found, str) and 0 < len(found) <= LONGEST[name] and found.isprintable()
    return found if usable else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**62 else None


def _person(data: Mapping[str, Any], by: PersonBy) -> str | None:
    identifiers = data.get("identifiers")
    found = identifiers.get(by) if isinstance(identifiers, Mapping) else None
    if not isinstance(found, str) or not found.isprintable() or not 0 < len(found) <= 1000:
        return None
    return found.lower() if by == "email" else found


def _reason(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return visible(_ADDRESS.sub("…", value[: 4 * LONGEST_REASON]), LONGEST_REASON)


def _depth(value: Any) -> int:
    """How deep it is nested; found without recursion, since whoever sent it chose how deep."""
    deepest, level = 0, [value]
    while level and deepest <= DEEPEST:
        deepest += 1
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, Mapping) else one if isinstance(one, list) else ())
            if isinstance(inner, Mapping | list)
        ]
    return deepest
