"""Every number that decides about hand-overs from one event name to another, with its unit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HandOverSettings:
    """Defaults nobody needs to touch. Odds are in nats (natural logarithm of a likelihood ratio)."""

    # What counts as beginning and stopping
    history_days: int = 14  # days the project must have been watched before a first sighting counts as a beginning
    look_back_days: int = 400  # newest days in which beginnings are looked for
    quiet_days: int = 21  # days without an event after which its return counts as a beginning
    trickle_share: float = 0.12  # of its later level: what an event may show before it begins (tests, staging)
    straggler_share: float = 0.12  # of its former level: what may linger after an event has stopped (old app versions)
    baseline_days: int = 28  # newest days before the change that give the former level
    level_half_life: float = 10.0  # days after which a day counts half towards the former level
    pattern_days: int = 60  # days before the change that give the weekday pattern
    gap_days: int = 4  # an old name may stop this many days before the new one begins
    in_progress_days: int = 75  # days after which an old name that still goes on is no longer handing over
    watched_days: int = 42  # days after a beginning in which the old name's fall is looked for
    volume_days: int = 28  # days after the change over which the volumes are compared
    outage_level: float = 0.3  # of its usual level: a project day below it is an outage and says nothing

    # How sure one must be that the old name fell
    stop_nats: float = 3.0  # -log chance of the silence, had the event gone on
    stop_nats_unlike: float = 6.0  # the same where the names are not alike
    drop_sigmas: float = 4.5  # standard errors of the fall where the old name goes on
    drop_sigmas_alike: float = 2.5  # the same where the names are very much alike
    very_alike: float = 0.9  # name likeness from which names are very much alike
    least_moved: float = 0.1  # share missing lately under an old name that goes on
    rough_volume: float = 0.3  # standard error of the log volume above which the volumes say little
    accept_rough: float = 4.0  # nats more that are asked for, per unit of standard error beyond that
    least_new: float = 3.0  # events the new name must have had

    # Odds
    renamed_share: float = 0.1  # of the events that vanish, beside one rename that any project may have
    other_stops: float = 3.0  # events that vanish for other reasons, beside those counted
    prior_partial: float = -1.4  # more, where the old name goes on with less
    prior_split: float = -1.4  # more, where several names share the hand-over
    prior_dropped: float = -3.0  # where the Lexicon says that the old event is blocked
    accept: float = 1.1  # nats: three in four
    accept_unlike: float = 3.0  # nats, where the names are not alike: evidence must be overwhelming
    accept_split: float = 1.8  # nats, where several names share the hand-over
    accept_partial: float = 2.6  # nats, where the old name goes on with less
    crowded: float = 0.06  # beginnings a day: in a livelier project unlike names prove nothing without properties
    alike: float = 0.5  # name likeness below which names are not alike


# Share of renames, and of chance pairs, per band of name likeness (lower edges).
LIKENESS_EDGES: tuple[float, ...] = (0.0, 0.5, 0.7, 0.85, 0.95, 0.995)
LIKENESS_OF_RENAMES: tuple[float, ...] = (0.06, 0.05, 0.14, 0.22, 0.18, 0.35)
LIKENESS_BY_CHANCE: tuple[float, ...] = (0.9, 0.08, 0.0145, 0.004, 0.0012, 0.0003)
LIKENESS_PRIOR_NAMES = 60.0  # how many names the row above is worth against the project's own names
LAG_CHANCES: tuple[float, ...] = (0.72, 0.14, 0.06, 0.04, 0.03)  # a rename's lag of 0, 1, 2, 3, 4 active days
