"""What the days after "I fixed it" prove: that it goes on, that it is over, or nothing yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from campaign_health.detection.incident.incident_course import Incident
from campaign_health.detection.incident.proof import Fix, JudgedDay, Proof, left_of_day, proof_of

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
BROKEN = Incident(2, date(2026, 11, 20), date(2026, 11, 21), "silent", "sent", None, "0 sends for 118 events.")
ID = "2-2026-11-20"


def fixed(left_of_day: float = 0.6) -> Fix:
    return Fix("d1", "Ada", MONDAY, left_of_day, "turned on again")


def judged(
    day: date, sent: float | None, *, bad: bool = True, started: float | None = 100, low: float | None = 80
) -> JudgedDay:
    return JudgedDay(day, bad, 100.0, started, sent, low)


def failed_on(days: list[JudgedDay], fix: Fix | None = None, incident: Incident = BROKEN) -> date | None:
    proof, changes = proof_of(incident, ID, fix or fixed(), days, None)
    assert [(one.kind, one.day) for one in changes] == (
        [("still_broken", proof.fix_failed_on)] if proof.fix_failed_on else []
    )
    assert (proof.fixed_by, proof.fixed_on) == ("Ada", MONDAY)
    return proof.fix_failed_on


def test_nothing_judged_since_proves_nothing() -> None:
    assert failed_on([]) is None


def test_a_whole_day_without_sends_shows_that_it_goes_on() -> None:
    assert failed_on([judged(TUESDAY, 0), judged(WEDNESDAY, 0)]) == TUESDAY


def test_a_day_before_it_was_said_shows_nothing() -> None:
    assert failed_on([judged(date(2026, 11, 22), 0)]) is None


@pytest.mark.parametrize(("left", "sent", "shows"), [(0.6, 0, True), (0.6, 30, False), (0.3, 0, False)])
def test_the_day_itself_shows_it_where_most_of_it_was_left(left: float, sent: float, shows: bool) -> None:
    assert failed_on([judged(MONDAY, sent)], fixed(left)) == (MONDAY if shows else None)


def test_a_day_whose_sends_are_back_shows_nothing_while_the_incident_is_still_called_open() -> None:
    assert failed_on([judged(TUESDAY, 90), judged(WEDNESDAY, 85)]) is None


def test_a_day_that_was_not_called_broken_shows_nothing() -> None:
    assert failed_on([judged(TUESDAY, 0, bad=False), judged(WEDNESDAY, None)]) is None


def test_a_trigger_that_starts_journeys_again_is_given_time_to_send() -> None:
    at_the_trigger = replace(BROKEN, kind="event_lost", stage="event")
    assert failed_on([judged(TUESDAY, 0, started=60)], incident=at_the_trigger) is None
    assert failed_on([judged(TUESDAY, 0, started=0)], incident=at_the_trigger) == TUESDAY


def test_where_sends_cannot_show_it_a_week_of_broken_days_does() -> None:
    undelivered = replace(BROKEN, stage="delivered", kind="degraded")
    days = [judged(date(2026, 11, number), 100) for number in range(24, 31)]
    assert failed_on(days[:-1], incident=undelivered) is None
    assert failed_on(days, incident=undelivered) == date(2026, 11, 30)


def test_of_what_never_sent_a_day_without_a_send_shows_it() -> None:
    assert failed_on([judged(TUESDAY, 0, low=None)]) == TUESDAY
    assert failed_on([judged(TUESDAY, 3, low=None)]) is None


def ended(how: str, on: date) -> Incident:
    return replace(BROKEN, ended_on=on, recovered_on=on, ended_how=how)


def test_sends_that_are_back_confirm_it_once() -> None:
    proof, changes = proof_of(ended("sends_back", TUESDAY), ID, fixed(), [], TUESDAY)
    assert proof.fixed_by == "Ada"
    assert [(one.kind, one.day) for one in changes] == [("fix_confirmed", TUESDAY)]


@pytest.mark.parametrize("how", ["stopped", "deleted", "draft", "unmapped", "new_level", "accepted"])
def test_what_ended_without_recovering_confirms_nothing(how: str) -> None:
    assert proof_of(ended(how, TUESDAY), ID, fixed(), [], TUESDAY) == (Proof(), [])


def test_what_was_over_before_it_was_said_confirms_nothing() -> None:
    over = ended("sends_back", date(2026, 11, 22))
    assert proof_of(over, ID, fixed(), [], date(2026, 11, 22)) == (Proof(), [])


def test_what_broke_again_after_its_end_is_not_called_fixed_any_more() -> None:
    assert proof_of(BROKEN, ID, fixed(), [judged(WEDNESDAY, 0)], TUESDAY) == (Proof(), [])


def test_the_share_of_a_day_that_is_left() -> None:
    assert left_of_day(datetime(2026, 11, 23, 6, 0, tzinfo=UTC)) == 0.75
