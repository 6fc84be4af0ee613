"""Decides at an event's turn, in one transaction: its counts, whether its person had the message, and what is new."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Literal

from campaign_health.manifest.conditions import holds
from campaign_health.route.experiment_law import Experiment, arm_of, held_until, salted
from campaign_health.route.lanes.prepared import Operation, Prepared
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.mapping.once_rule import claims
from storage.outbox.events.delayed_events import delay
from storage.outbox.events.event_windows import claim_once, how_many
from storage.outbox.people.experiment_log import SETTLED_SECONDS, assign
from storage.outbox.people.sent_profiles import is_sent, note_sent
from storage.outbox.route_file import Connection

Decided = Prepared | Literal["had", "wait", "delayed"]


@dataclass(frozen=True)
class Deciding:
    """`hash_of` a workspace's person; `clock` gives Unix seconds; `zone` is that of the project's days."""

    hash_of: Callable[[str, str], bytes]
    clock: Callable[[], float] = time.time
    zone: Callable[[], tzinfo] = lambda: UTC

    def decide(self, connection: Connection, event: Waiting, prepared: Prepared) -> Decided:
        """The event with its counts, and without an identify that says nothing new.

        `had` where its person had all its messages, `wait` where that is not known yet, and `delayed`
        where it was taken out of the queue until the daily hour.
        """
        person = self._person(event, prepared.event)
        counted = {
            one.attribute: how_many(
                connection, event.workspace, event.event, person, event.event_time, float(one.within_seconds)
            )
            for one in prepared.counts
        }
        attributes = {**prepared.event["attributes"], **counted}
        wanted = claims(prepared.once, attributes)
        if wanted:
            answer = claim_once(connection, event.workspace, person, event.key, event.event_time, wanted)
            if answer != "go":
                return answer
        if prepared.experiment is not None and self._is_delayed(
            connection, event, prepared.experiment, prepared.event, attributes
        ):
            return "delayed"
        identify = prepared.identify
        if identify is not None and is_sent(
            connection, event.workspace, person, event.event, _hash_of_attributes(identify), self.clock()
        ):
            identify = None
        return Prepared({**prepared.event, "attributes": attributes}, identify)

    def identified(self, connection: Connection, event: Waiting, identify: Operation) -> None:
        """Note that Customer.io took in who an event's person is."""
        person = self._person(event, identify)
        note_sent(connection, event.workspace, person, event.event, _hash_of_attributes(identify), self.clock())

    def _is_delayed(
        self,
        connection: Connection,
        event: Waiting,
        experiment: Experiment,
        operation: Operation,
        attributes: Mapping[str, Any],
    ) -> bool:
        """Whether an event was put where it waits for the daily hour; its person counts in the arm they are assigned,
        whatever becomes of the event.
        """
        if holds(experiment.when, attributes) is False:
            return False
        (person,) = operation["identifiers"].values()
        arm = arm_of(self.hash_of(event.workspace, salted(experiment.campaign, person)), experiment.percent)
        at, now = float(int(event.event_time)), self.clock()
        # Whose time is over may have been counted already, before this event came out of a hold, or their own waiting.
        if now < at + experiment.within_seconds + SETTLED_SECONDS:
            assign(
                connection, event.workspace, experiment.campaign, self.hash_of(event.workspace, person),
                experiment.said, arm, at, experiment.within_seconds,
            )  # fmt: skip
        due = held_until(experiment.at, self.zone(), event.received, event.expires)
        if arm != "held_back" or now >= due:
            return False
        # Where it is not in the queue any more, it waits already, or its person was forgotten.
        delay(connection, event.key, due)
        return True

    def _person(self, event: Waiting, operation: Operation) -> bytes:
        """Whom it is sent about: the manifest may have learned who that is only since the event came."""
        (person,) = operation["identifiers"].values()
        return self.hash_of(event.workspace, person)


def _hash_of_attributes(identify: Operation) -> bytes:
    text = json.dumps(identify["attributes"], sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
