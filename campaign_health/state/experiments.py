"""What experiments have shown: how many convert who get their message at once, and who get it once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaign_health.detection.compare.share_difference import newcombe
from campaign_health.words.experiment_words import (
    caution_text,
    difference_text,
    not_yet_text,
    people_text,
    rates_text,
)
from storage.connection import Connection
from storage.delivery_records import ExperimentArmRecord
from storage.read.experiment_arms import arms_of_experiments

LEAST_CONVERSIONS = 30
"""Of fewer, in both arms together, nothing is said: one more or less would turn it."""


@dataclass(frozen=True)
class Difference:
    """The share of those at once minus that of those held back, and its interval of 95 %; from -1 to 1."""

    difference: float
    low: float
    high: float


def difference_of(at_once: tuple[int, int], held_back: tuple[int, int]) -> Difference | None:
    """The difference of two arms, each how many converted and of how many; None where too few did to say it."""
    if at_once[0] + held_back[0] < LEAST_CONVERSIONS or not at_once[1] or not held_back[1]:
        return None
    low, high = newcombe(*at_once, *held_back)
    return Difference(at_once[0] / at_once[1] - held_back[0] / held_back[1], low, high)


@dataclass(frozen=True)
class ExperimentState:
    """One campaign's, as it was at `noted_at`."""

    at_once: ExperimentArmRecord
    held_back: ExperimentArmRecord
    noted_at: datetime

    @property
    def difference(self) -> Difference | None:
        """How much more convert at once; None where it is not known yet."""
        return difference_of(*self._counts)

    def sentences(self) -> tuple[str, ...]:
        """What it has shown, first what matters most."""
        one, found = self.held_back, self.difference
        observed = self.at_once.observed + one.observed
        people = people_text(self.at_once.assigned, one.assigned, observed, one.waiting)
        if found is None:
            converted = self.at_once.converted + one.converted
            return (not_yet_text(converted, LEAST_CONVERSIONS, one.within_seconds), people)
        return (
            rates_text(*self._counts, one.within_seconds, one.held_until),
            difference_text(found.difference, found.low, found.high),
            caution_text(one.converted_by),
            people,
        )

    @property
    def _counts(self) -> tuple[tuple[int, int], tuple[int, int]]:
        first, second = self.at_once, self.held_back
        return (first.converted, first.observed), (second.converted, second.observed)


def experiments_of(connection: Connection, workspace: str) -> dict[int, ExperimentState]:
    """Of each campaign that has or had one, by its id."""
    found: dict[int, dict[str, ExperimentArmRecord]] = {}
    noted: dict[int, datetime] = {}
    for arm, noted_at in arms_of_experiments(connection, workspace):
        found.setdefault(arm.campaign_id, {})[arm.arm] = arm
        noted[arm.campaign_id] = noted_at
    return {
        campaign_id: ExperimentState(arms["at_once"], arms["held_back"], noted[campaign_id])
        for campaign_id, arms in found.items()
        if len(arms) == 2
    }


def experiment_of(connection: Connection, workspace: str, campaign_id: int) -> ExperimentState | None:
    """Of one campaign; None where it has and had none."""
    return experiments_of(connection, workspace).get(campaign_id)
