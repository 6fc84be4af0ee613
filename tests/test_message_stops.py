"""One silent message of several is found at once, and what only looks like it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from campaign_health.detection.parts.message_stops import MessageStop, find_message_stops, journeys_went_on
from tests.causes_cast import SINCE, case, headline, messages, numbers
from tests.parts_cast import day, drawn

DAYS, STOP = 60, 50
TWELVE = tuple(str(number) for number in range(101, 113))


def sends(ids: tuple[str, ...] = TWELVE, level: float = 40.0, seed: int = 3) -> dict[str, np.ndarray]:
    """Daily sends of the messages of one campaign: each reaches somewhat fewer people than the one before."""
    base = drawn(DAYS, level, seed)
    chance = np.random.default_rng(seed)
    return {name: chance.binomial(base, 0.97**place) for place, name in enumerate(ids)}


def rows(counts: dict[str, np.ndarray], unknown: dict[str, list[int]] | None = None, **more: Any) -> pd.DataFrame:
    """The rows that are read of these messages; days in `unknown` were not asked or not answered."""
    whole = np.sum(list(counts.values()), axis=0)
    columns = {"created": None, "drafted": 0, "failed": 0, "undeliverable": 0, "suppressed": 0} | more
    return pd.DataFrame(
        [
            {"campaign_id": 16, "message_id": name, "day": day(number), "sent": int(series[number]), **columns}
            | ({"created": int(series[number])} if columns["created"] is None else {})
            | {"of_campaign": int(whole[number])}
            for name, series in counts.items()
            for number in range(DAYS)
            if number not in (unknown or {}).get(name, [])
        ]
    )


def without(counts: dict[str, np.ndarray], name: str, since: int = STOP, until: int = DAYS) -> dict[str, np.ndarray]:
    series = counts[name].copy()
    series[since:until] = 0
    return counts | {name: series}


def found(counts: dict[str, np.ndarray], **more: Any) -> list[MessageStop]:
    return find_message_stops(rows(counts, **more))


def test_one_silent_message_of_twelve_is_found_on_its_first_day() -> None:
    [stop] = found(without(sends(), "105"))
    assert (stop.campaign_id, stop.message_id, stop.messages) == (16, "105", 12)
    assert (stop.began, stop.known_on) == (day(STOP), day(STOP))
    assert stop.share == pytest.approx(1 / 12, abs=0.02)
    assert stop.lost["created"] == 0


@pytest.mark.parametrize("level", [4.0, 8.0])
def test_a_quiet_message_takes_as_many_days_as_it_needs(level: float) -> None:
    [stop] = found(without(sends(level=level), "102"))
    assert 0 < (stop.known_on - stop.began).days <= 6


@pytest.mark.parametrize("seed", range(1, 9))
def test_healthy_messages_are_not_silent(seed: int) -> None:
    assert found(sends(level=3.0, seed=seed)) == []
    assert found(sends(level=60.0, seed=seed)) == []


def test_days_that_were_not_asked_are_not_zero() -> None:
    late = [STOP + ahead for ahead in range(5)]
    [stop] = found(without(sends(), "105"), unknown={"105": late})
    assert (stop.began, stop.last_before) == (day(STOP + 5), day(STOP - 1))
    assert find_message_stops(rows(sends(), unknown={"105": list(range(STOP, DAYS))})) == []


def test_a_message_that_is_back_has_ended() -> None:
    [stop] = found(without(sends(), "105", until=STOP + 3))
    assert stop.ended == day(STOP + 3)


def test_a_message_that_sends_on_weekdays_only_is_not_silent_at_weekends() -> None:
    counts = sends(("1", "2"))
    weekdays = counts["2"] * (np.arange(DAYS) % 7 < 5)
    assert found(counts | {"2": weekdays}) == []


def test_a_message_that_was_replaced_is_not_silent() -> None:
    counts = without(sends(("1", "2", "3")), "2")
    successor = drawn(DAYS, 40, 9).copy()
    successor[:STOP] = 0
    assert found(counts | {"4": successor}) == []


def test_a_campaign_that_stopped_as_a_whole_has_no_silent_message() -> None:
    counts = sends(("1", "2"))
    assert found(without(without(counts, "1"), "2")) == []


def test_after_a_pause_of_the_journeys_a_waiting_message_is_not_judged() -> None:
    started = drawn(DAYS, 50, 4).astype(float)
    assert journeys_went_on(started, STOP, STOP)
    started[STOP - 6 : STOP - 3] = 0
    assert not journeys_went_on(started, STOP, STOP)


def stop_of(**lost: int) -> MessageStop:
    return MessageStop(SINCE, SINCE, SINCE, frozenset({SINCE}), None, 0.08, 40.0, 16, "8", 12, lost)


@pytest.mark.parametrize(
    ("lost", "state", "cause", "said"),
    [
        ({"created": 0}, "automatic", "message_silent", "None is made of it"),
        ({"created": 80, "drafted": 80}, "draft", "message_draft_or_off", "It only queues drafts (80 so far)."),
        ({"created": 0}, "off", "message_draft_or_off", "It is switched off."),
        ({"created": 70, "failed": 70}, "automatic", "message_failing", "fails (70 so far)."),
        ({"created": 9, "undeliverable": 9}, "automatic", "recipients_unreachable", "out of reach (9 so far)"),
        ({}, "automatic", "message_silent", "Why is not in its numbers."),
    ],
)
def test_the_message_is_named_with_the_reason_that_its_own_numbers_tell(
    lost: dict[str, int], state: str, cause: str, said: str
) -> None:
    fewer = numbers(created=92, sent=90, delivered=88)
    named = messages(state, count=2)
    first = headline(case(kind="degraded", numbers=fewer, messages=named, message_stops=[stop_of(**lost)]))
    assert first.cause == cause
    assert first.sentence.startswith(
        "The message `Mail 2` (email) has sent nothing since Tue 3 Mar: it sent 40 a day, and"
    )
    assert said in first.sentence
    assert first.facts["message"] == "Mail 2"


def test_another_stage_or_time_is_not_explained_by_a_message() -> None:
    closed = numbers(activated=10, created=10, sent=10)
    assert (
        headline(case(stage="activated", numbers=closed, message_stops=[stop_of(created=0)])).cause != "message_silent"
    )
