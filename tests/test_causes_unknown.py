"""Where no cause is found, it is said plainly, with what was ruled out and what was not collected."""

from __future__ import annotations

import pytest

from tests.causes_cast import case, headline, numbers, versions


@pytest.mark.parametrize(
    ("stage", "silent", "degraded"),
    [
        ("sent", "nothing is sent", "fewer messages are sent"),
        ("delivered", "not delivered", "fewer of them are delivered"),
        ("started", "no longer start journeys", "start fewer journeys"),
    ],
)
def test_without_a_cause_it_is_said_whether_all_or_a_part_is_missing(stage: str, silent: str, degraded: str) -> None:
    healthy = numbers()
    sentence = headline(case(kind="silent", stage=stage, numbers=healthy)).sentence
    assert silent in sentence
    assert sentence.startswith("Since ")
    assert sentence.endswith(", and none of the usual reasons fits.")
    said = headline(case(kind="degraded", stage=stage, numbers=healthy)).sentence
    assert degraded in said
    assert silent not in said


def test_nothing_found_is_said_plainly_with_what_was_ruled_out() -> None:
    zero = numbers(started=0, activated=0, never_activated=0, created=0, sent=0, delivered=0, failed=0)
    cause = headline(case(stage="started", numbers=zero, versions=versions(at="2026-01-02"), others_broken=["Welcome"]))
    assert cause.cause == "unknown"
    assert cause.confidence == 0.0
    assert "`Welcome` broke at the same time" in cause.sentence
    assert "The event still comes: `project.created` 120 a day, 120 a day before." in cause.ruled_out
    assert "Every message is set to send." in cause.ruled_out
    assert "activity log" in cause.next_step


def test_what_was_not_collected_is_not_said_to_be_in_order() -> None:
    bare = case(stage="sent", numbers=numbers(sent=0)[["sent"]], messages=None, uses=())
    ruled_out = " ".join(headline(bare).ruled_out)
    assert "could not be checked" in ruled_out
    assert "No more messages fail" not in ruled_out


def test_days_not_collected_say_nothing() -> None:
    holes = numbers(failed=None, sent=None, created=None)
    assert headline(case(numbers=holes)).cause == "unknown"
