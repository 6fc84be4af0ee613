"""What an event is to Customer.io at its turn, or why it is not sent now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from campaign_health.route.experiment_law import Experiment
from campaign_health.route.mapping.asked_person import AskedPerson
from campaign_health.route.mapping.mapped_event import CountNeeded, StripeNeeded
from campaign_health.route.mapping.once_rule import OnceRule

Operation = Mapping[str, Any]


@dataclass(frozen=True)
class Prepared:
    """What an event is to Customer.io: the event, and (None: nothing of it changed) who its person is, which has to be
    accepted before. When it goes, `stripe` (of the person `asked` for) and `counts` have to be filled in, and `once`
    and the `experiment` asked.
    """

    event: Operation
    identify: Operation | None = None
    counts: tuple[CountNeeded, ...] = ()
    once: tuple[OnceRule, ...] = ()
    stripe: tuple[StripeNeeded, ...] = ()
    asked: AskedPerson = field(default_factory=AskedPerson)
    experiment: Experiment | None = None


class UnfitEvent(Exception):
    """An event that cannot be sent as it is: the reason of the closed list, and what it is about."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


class KeptBack(Exception):
    """An event that could be sent and is not to be: everything of its name is kept back."""
