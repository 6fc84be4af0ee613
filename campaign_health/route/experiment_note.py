"""What experiments have counted, as it is noted for the monitor: numbers, and nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from campaign_health.route.experiment_law import ARMS, Experiment
from storage.outbox.events.delayed_events import delayed_number
from storage.outbox.people.experiment_log import ArmNumbers, arm_numbers, count_observed
from storage.outbox.route_file import Connection, committed


def experiment_note(
    connection: Connection, workspace: str, experiments: Mapping[str, Experiment], ids: Mapping[str, int], now: float
) -> list[dict[str, Any]]:
    """The arms of each experiment (by its event), after those whose time is over by now (Unix seconds) were counted.

    `ids` are the campaigns of Customer.io by their names; one that is not known there yet is left out, for nobody could
    say which it is.
    """
    rows = []
    for event, one in experiments.items():
        campaign_id = one.campaign_id if one.campaign_id is not None else ids.get(one.campaign.strip())
        if campaign_id is None:
            continue
        converted = campaign_id if one.converted is None else one.converted
        with committed(connection):
            count_observed(connection, workspace, one.campaign, one.said, converted, one.within_seconds, now)
        found = arm_numbers(connection, workspace, one.campaign, one.said)
        delayed = {"held_back": delayed_number(connection, workspace, event)}
        rows += [
            {
                "event": event,
                "waiting": delayed.get(arm, 0),
                **_row(one, campaign_id, arm, found.get(arm, ArmNumbers())),
            }
            for arm in ARMS
        ]
    return rows


def _row(one: Experiment, campaign_id: int, arm: str, numbers: ArmNumbers) -> dict[str, Any]:
    return {
        "campaign_id": campaign_id,
        "arm": arm,
        "share": (one.percent if arm == "held_back" else 100 - one.percent) / 100,
        "held_until": one.at.isoformat("minutes"),
        "converted_by": one.converted,
        "within_seconds": one.within_seconds,
        "assigned": numbers.assigned,
        "observed": numbers.observed,
        "converted": numbers.converted,
        "since": None if numbers.since is None else datetime.fromtimestamp(numbers.since, UTC).isoformat(),
    }
