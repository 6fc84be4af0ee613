"""One event's verdict of one day as a calculation a person can follow: its own history, and what took its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from campaign_health.detection.chain.part_hand_overs import LEAST_CONFIDENCE
from campaign_health.detection.explain.explanation import Budget, Step
from campaign_health.words.dates import day_text
from campaign_health.words.numbers import count, plural, share_text, span


@dataclass(frozen=True)
class HandOverDays:
    """The days since a part of the event went to `new`: what came, what was expected, what the new event brought."""

    new: str
    since: date
    counted: float
    expected: float
    brought: float


@dataclass(frozen=True)
class EventDay:
    """An event on one day. `level`: what the whole project kept of its usual events; None where that is not known.

    `evidence` and `threshold` in nats; `silent_days`: how long it has been silent, this day included; 0 for not.
    `volume_down`: far below its own range, but not lost.
    """

    name: str
    day: date
    events: float
    expected: float
    low: float
    high: float
    level: float | None
    evidence: float
    threshold: float
    silent_days: int
    lost: bool
    volume_down: bool = False


def explain_event(seen: EventDay, budget: Budget, hand_over: HandOverDays | None = None) -> list[Step]:
    """The steps from the event's count to the verdict that it is lost, or partly handed over."""
    steps = [
        Step("events", seen.events, f"{plural(seen.events, 'event')} named {seen.name} on this day."),
        Step("expected", seen.expected, f"By its own level and weekday, {seen.expected:,.1f} were expected."),
    ]
    if seen.level is not None and seen.level < 1.0:
        steps.append(
            Step(
                "level",
                seen.level,
                f"All events of the project had {share_text(seen.level)} of their usual level: allowed for.",
            )
        )
    steps.append(
        Step(
            "range",
            span(seen.low, seen.high),
            f"95 of 100 healthy days lie within {span(seen.low, seen.high)}.",
        )
    )
    if hand_over is not None and not seen.lost:
        return [*steps, *_handed_over(hand_over, seen.day)]
    since = f" over {plural(seen.silent_days, 'silent day')}" if seen.silent_days else ""
    verdict = "fell to nothing: it is lost" if seen.lost else "has not fallen to nothing"
    return [
        *steps,
        Step(
            "evidence",
            seen.evidence,
            f"The evidence that it is gone, not silent as it sometimes is, adds up to {seen.evidence:.1f}{since}; it "
            f"counts as lost at {seen.threshold:.1f}. With every 2.3 healthy silence is ten times rarer.",
        ),
        budget.step(seen.threshold),
        Step("verdict", "event_lost" if seen.lost else "present", f"{seen.name} {verdict}."),
    ]


def hand_over_sentence(days: HandOverDays, today: date) -> str:
    """What is missing under the old name since the new one began, and how much of that the new one brought."""
    missing = days.expected - days.counted
    made_up = f", {share_text(days.brought / missing)} of what is missing" if missing > 0 else ""
    return (
        f"Since {day_text(days.since, today)}, {plural(days.counted, 'event')} of {count(days.expected)} expected "
        f"came; {days.new}, which began then, brought {count(days.brought)}{made_up}."
    )


def _handed_over(days: HandOverDays, today: date) -> list[Step]:
    share = 1.0 - days.counted / days.expected if days.expected > 0 else 0.0
    return [
        Step("missing", share, hand_over_sentence(days, today)),
        Step(
            "verdict",
            "part_handed_over",
            f"So {share_text(share)} of it went to {days.new}: that is told where the project's events make it at "
            f"least {share_text(LEAST_CONFIDENCE)} sure. The links after it follow the events that are left, so they "
            "hold.",
        ),
    ]
