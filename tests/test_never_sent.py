"""Single messages that have sent nothing since they are counted."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from campaign_health.detection.parts.never_sent import NeverSent, find_never_sent

FIRST = date(2026, 8, 1)
DAYS = 70


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def rows(
    sends: list[np.ndarray],
    held: dict[int, tuple[str, np.ndarray]] | None = None,
    states: dict[int, str] | None = None,
    started: date = FIRST - timedelta(days=300),
) -> pd.DataFrame:
    """Days of the messages 1, 2, …; what is held back of a message is also made."""
    frames = []
    for place, sent in enumerate(sends, start=1):
        way, lost = (held or {}).get(place, ("failed", np.zeros(DAYS)))
        frame = pd.DataFrame({"day": [day(number) for number in range(DAYS)], "sent": sent, "created": sent + lost})
        for name in ("drafted", "failed", "undeliverable", "suppressed"):
            frame[name] = lost if name == way else 0
        state = (states or {}).get(place, "automatic")
        frames.append(frame.assign(campaign_id=7, message_id=str(place), sending_state=state, first_started=started))
    return pd.concat(frames, ignore_index=True)


ALL, NONE = np.full(DAYS, 10), np.zeros(DAYS)


@pytest.mark.parametrize("way", ["drafted", "failed", "undeliverable", "suppressed"])
def test_a_message_that_is_always_held_back_is_known_within_days(way: str) -> None:
    (found,) = find_never_sent(rows([ALL, NONE], {2: (way, ALL)}))
    assert (found.message_id, found.held_as, found.known_on, found.ended) == ("2", way, day(2), None)
    assert found.until(day(9)) == 100


def test_its_first_send_ends_it_and_changes_nothing_of_the_days_before() -> None:
    sends, lost = NONE.copy(), ALL.copy()
    sends[40:], lost[40:] = 10, 0
    (found,) = find_never_sent(rows([ALL, sends], {2: ("failed", lost)}))
    assert (found.known_on, found.ended) == (day(2), day(40))
    assert max(found.due) == day(39)


def test_a_message_that_is_never_made_is_known_after_five_weeks() -> None:
    (found,) = find_never_sent(rows([ALL, ALL, NONE]))
    assert (found.message_id, found.held_as, found.known_on) == ("3", None, day(34))


def none(found: list[NeverSent]) -> bool:
    return found == []


def test_what_may_be_meant_is_not_told() -> None:
    assert none(find_never_sent(rows([ALL, ALL, NONE], states={3: "off"})))
    assert none(find_never_sent(rows([ALL, ALL // 5, NONE])))  # branches
    assert none(find_never_sent(rows([ALL, NONE])))  # a variant that was chosen
    assert none(find_never_sent(rows([ALL, ALL, NONE], started=day(0))))  # may wait longer than it runs
    assert none(find_never_sent(rows([NONE, NONE, NONE])))


def test_a_message_of_which_a_part_fails_is_not_one_that_never_sent() -> None:
    assert none(find_never_sent(rows([ALL, ALL // 2], {2: ("failed", ALL // 2)})))


def test_a_message_that_is_added_later_takes_back_nothing_of_what_was_known() -> None:
    all_days = rows([ALL, ALL, NONE, ALL])
    added = all_days[(all_days["message_id"] != "4") | (all_days["day"] >= day(50))]
    known = [find_never_sent(added[added["day"] <= day(last)]) for last in (49, 50, DAYS - 1)]
    assert [[(one.message_id, one.known_on) for one in found] for found in known] == [[("3", day(34))]] * 3


def test_one_of_several_messages_is_one_from_the_day_on_which_there_are_several() -> None:
    both = rows([NONE, ALL], {1: ("failed", ALL)})
    added = both[(both["message_id"] == "1") | (both["day"] >= day(30))]
    assert none(find_never_sent(added[added["day"] < day(30)]))
    assert [one.known_on for one in find_never_sent(added)] == [day(30)]
