"""The demo's experiment, which ended some weeks ago: made-up people, counted by the real code."""

from __future__ import annotations

from datetime import time
from typing import Any

from campaign_health.demo.world.manifest import HASTY
from campaign_health.route.experiment_law import Experiment
from campaign_health.route.experiment_note import experiment_note
from storage.outbox.people.experiment_log import Conversion, assign, note_conversions
from storage.outbox.route_file import Connection, PersonHash, committed

COMPARED = "Payment recovery"
PERCENT, PEOPLE = 20, {"at_once": 1600, "held_back": 400}
ONE_IN = {"at_once": (17, 50), "held_back": (13, 50)}
"""So many of so many convert: 34 % and 26 %."""
DAY_SECONDS = 86_400.0


def compared(
    connection: Connection, workspace: str, hash_of: PersonHash, campaign_id: int, now: float
) -> list[dict[str, Any]]:
    """The arms of the experiment for the monitor, as `experiment_note` gives them; `now` in Unix seconds."""
    converted, within = "subscription_renewed", 7 * DAY_SECONDS
    one = Experiment(COMPARED, campaign_id, PERCENT, time(9), converted, within, {}, "demo")
    with committed(connection):
        for arm, people in PEOPLE.items():
            some, of = ONE_IN[arm]
            for number in range(people):
                person = hash_of(workspace, f"{arm} {number}")
                # As many a day as the campaign has, and each long enough ago to have converted.
                at = now - (9 + 52 * number / people) * DAY_SECONDS
                assign(connection, workspace, one.campaign, person, one.said, arm, at, within)
                if number % of < some:
                    done = Conversion(workspace, converted, person, at + DAY_SECONDS, within)
                    note_conversions(connection, [done])
    return experiment_note(connection, workspace, {HASTY: one}, {}, now)
