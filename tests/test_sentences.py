"""Sentences and numbers for people."""

from __future__ import annotations

from typing import Any

import pytest

from campaign_health.words.currency import money
from campaign_health.words.numbers import how_rare, span
from campaign_health.words.sentences import overview_parts, seen_sentence, verdict_sentence


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (
            {"status": "silent", "events": 118, "sent": 0, "expected_low": 52.2, "expected_high": 70.9,
             "probability": 0},
            "0 sends for 118 events; 52 to 71 were expected; by accident this happens less than once in a thousand "
            "years.",
        ),
        ({"status": "healthy", "events": 1, "sent": 1}, "1 send for 1 event."),
        ({"status": "learning", "events": 5, "sent": 4}, "4 sends for 5 events; too little history yet."),
        (
            {"status": "silent", "started": 40, "sent": 0, "stage": "sent", "expected_low": 30, "expected_high": 30},
            "0 sends for 40 journeys started; 30 were expected.",
        ),
        (
            {"status": "event_lost", "event": "project.created", "events": 0, "stage": "event", "expected_low": 90,
             "expected_high": 120, "day": "Mon 23 Nov"},
            "0 events named project.created on Mon 23 Nov; 90 to 120 were expected.",
        ),
        (
            {"status": "silent", "events": 62, "sent": 57, "delivered": 0, "stage": "delivered", "expected_low": 54,
             "expected_high": 58},
            "0 deliveries for 57 sends; 54 to 58 were expected; messages are sent, but do not arrive.",
        ),
        (
            {"status": "degraded", "events": 62, "sent": 57, "delivered": 28, "stage": "delivered"},
            "28 deliveries for 57 sends; messages are sent, but fewer of them arrive.",
        ),
        (
            {"status": "degraded", "events": 62, "started": 60, "sent": 27, "stage": "activated"},
            "27 sends for 62 events; journeys start, but fewer of them get past the campaign's filters.",
        ),
    ],
)  # fmt: skip
def test_a_verdict_is_one_sentence_with_its_numbers(numbers: dict[str, Any], said: str) -> None:
    assert seen_sentence(**numbers) == said


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (
            ("silent", "0 sends for 118 events", 52, 71, 1 / 500_000),
            "0 sends for 118 events; 52 to 71 were expected; by accident this happens less than once in a thousand "
            "years.",
        ),
        (
            ("degraded", "1 send for 1 event", 3, 3, 0.002),
            "1 send for 1 event; 3 were expected; by accident this happens about once in 500 days.",
        ),
        (
            ("not_collected", "", None, None, None),
            "A source gave no usable answer for this day, so nothing can be said.",
        ),
        (("too_quiet", "0 sends for 2 events", 0, 1, 0.5), "0 sends for 2 events; too few to tell a stop from chance."),
        (
            ("volume_down", "3 sends for 5 events", 1, 6, 0.4, "the events themselves fell"),
            "3 sends for 5 events; 1 to 6 were expected; the events themselves fell.",
        ),
    ],
)  # fmt: skip
def test_what_was_seen_between_two_steps_becomes_the_same_sentence(numbers: tuple[Any, ...], said: str) -> None:
    assert verdict_sentence(*numbers) == said


def overview_sentence(counts: dict[str, int], **known: Any) -> str:
    news, rest = overview_parts(counts, **known)
    return "; ".join((*news, *rest)) + "."


def test_the_overview_is_one_sentence() -> None:
    counts = {"silent": 2, "degraded": 1, "healthy": 37}
    collected = "all sources collected this morning at 06:32"
    assert overview_sentence(counts, risk_a_week={"USD": 4300}, freshness=collected) == (
        "2 campaigns are silent and 1 is losing sends; about $4,300 a week at risk; 37 are healthy; all sources "
        "collected this morning at 06:32."
    )
    assert overview_sentence({"healthy": 1}) == "Nothing is broken; 1 campaign is healthy."
    assert overview_sentence({"healthy": 3, "not_collected": 1}).startswith("Nothing is known to be broken;")
    assert overview_sentence({"healthy": 3}, certain=False).startswith("Nothing is known to be broken;")
    assert overview_sentence({}) == "No campaigns are known yet."


def test_the_overview_names_the_muted_and_what_is_not_known_of_the_money() -> None:
    muted = {"silent": 3, "muted": 1, "expected": 2, "healthy": 4}
    assert overview_sentence(muted, risk_a_week={"USD": 4300}, unpriced=2) == (
        "3 campaigns are silent; 1 more is muted; about $4,300 a week at risk (2 have no deal value set); "
        "4 are healthy; 2 are down as intended."
    )
    assert overview_sentence({"muted": 1, "healthy": 4}, risk_a_week={"USD": 900}, unpriced=0) == (
        "1 campaign is broken and muted; about $900 a week at risk; 4 are healthy."
    )
    assert overview_sentence({"silent": 2}, risk_a_week={"USD": 4300, "EUR": 18_000, "GBP": 0}) == (
        "2 campaigns are silent; about $4,300 and €18,000 a week at risk."
    )
    assert overview_sentence({"silent": 1}, risk_a_week={}, unpriced=1) == "1 campaign is silent."


def test_numbers_are_written_for_people() -> None:
    assert [money(14_400, "USD"), money(0.4, "USD"), money(-12, "USD")] == ["$14,400", "$0", "-$12"]
    assert [money(32_000, code) for code in ("EUR", "GBP", "CHF")] == ["€32,000", "£32,000", "CHF 32,000"]
    assert money(-12, "CHF") == "-CHF 12"
    assert [span(51.6, 70.2), span(3, 3), span(1000, 2000)] == ["51 to 71", "3", "1,000 to 2,000"]
    assert [how_rare(p) for p in (1e-9, 1 / 80_000, 1 / 3700, 1 / 40, 1)] == [
        "less than once in a thousand years",
        "less than once in a hundred years",
        "about once in 10 years",
        "about once in 40 days",
        "on most days",
    ]
