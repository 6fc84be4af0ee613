"""Broken campaigns of our choosing, for tests of the causes that are found for them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from campaign_health.detection.causes import BrokenCampaign, Cause, find_causes
from campaign_health.detection.causes.property_drift import PropertyChange
from campaign_health.detection.rename.rename import Rename

SINCE, AS_OF = date(2026, 3, 3), date(2026, 3, 9)
BEFORE, AFTER = 40, 7
HEALTHY = {"events": 120, "started": 118, "activated": 100, "never_activated": 18, "created": 100, "drafted": 0}
HEALTHY |= {"sent": 98, "delivered": 96, "failed": 1, "undeliverable": 1, "suppressed": 0, "bounced": 2}


def numbers(**since: float | None) -> pd.DataFrame:
    """Forty healthy days and seven days since the break on which the named series have another value."""
    days = pd.date_range(SINCE - timedelta(days=BEFORE), periods=BEFORE + AFTER)
    frame = pd.DataFrame({name: [float(value)] * (BEFORE + AFTER) for name, value in HEALTHY.items()}, index=days)
    for name, value in since.items():
        frame.loc[frame.index >= pd.Timestamp(SINCE), name] = np.nan if value is None else float(value)
    frame.index.name = "day"
    return frame


def messages(state: str = "automatic", required: tuple[str, ...] = ("event.plan",), count: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"message_id": 7 + index, "name": f"Mail {index + 1}", "type": "email", "sending_state": state,
             "required_variables": list(required), "optional_variables": []}
            for index in range(count)
        ]
    )  # fmt: skip


def versions(*changes: dict[str, Any], at: str = "2026-03-03 15:00") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"valid_from": pd.Timestamp("2026-01-01"), "changes": "[]"},
            {"valid_from": pd.Timestamp(at), "changes": json.dumps(list(changes))},
        ]
    )


def failures(text: str, first: str = "2026-03-04", last: str = "2026-03-09") -> pd.DataFrame:
    return pd.DataFrame([{"failure_message": text, "first_read": pd.Timestamp(first), "last_read": pd.Timestamp(last)}])


def case(**fields: Any) -> BrokenCampaign:
    made = BrokenCampaign(
        campaign_id=16,
        name="Project kick-off tips",
        state="running",
        trigger_kind="event",
        event="project.created",
        kind="silent",
        stage="sent",
        since=SINCE,
        as_of=AS_OF,
        numbers=numbers(),
        messages=messages(),
        known_events={"project.created", "project_created", "report_exported"},
        uses={"plan"},
    )
    return replace(made, **fields)


def lost(**fields: Any) -> BrokenCampaign:
    gone = numbers(events=0, started=0, activated=0, never_activated=0, created=0, sent=0, delivered=0, failed=0)
    return case(**{"kind": "event_lost", "stage": "event", "numbers": gone, **fields})


def rename(**fields: Any) -> Rename:
    made = Rename("project.created", "project_created", SINCE, SINCE, False, 1.0, 0.97, 1.0, 0.99)
    return replace(made, **fields)


def drift(kind: str = "type_changed", **fields: Any) -> PropertyChange:
    made = PropertyChange(
        "project.created", "plan", kind, SINCE, "string", "object", 1.0, 1.0, None, SINCE - timedelta(days=1), 800
    )
    return replace(made, **fields)


def headline(broken: BrokenCampaign) -> Cause:
    return find_causes(broken)[0]
