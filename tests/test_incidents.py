"""From verdicts to incidents."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.detection.incident.incident_course import Evidence, Followed, Incident, Past
from campaign_health.detection.incident.lifecycle import follow
from tests.judge_cast import day, history

CAUSE: Evidence = ({"cause": "message_failing", "sentence": "It fails."},)
UNKNOWN: Evidence = ({"cause": "unknown", "sentence": "Nothing explains it."},)


def _follow(statuses: str, look: Any = lambda incident, on: UNKNOWN, **more: Any) -> Followed:
    found = history(statuses, **more)
    return follow(found, 0, len(statuses), Past(), look)


def _kinds(found: Followed) -> list[tuple[str, date]]:
    return [(change.kind, change.day) for change in found.changes]


def test_a_break_opens_an_incident_named_after_campaign_and_first_bad_day() -> None:
    found = _follow("hhhhs")
    (incident,) = found.incidents
    assert incident.incident_id == "17-2026-08-05"
    assert incident.is_open
    assert incident.last_good_day == day(3)
    assert incident.summary.startswith("0 sends for 50 events on Wed 5 Aug; 40 to 60 were expected")


def test_a_day_that_would_pass_for_normal_is_not_what_an_open_incident_shows() -> None:
    (incident,) = _follow("hhhhddd", sent=[50, 50, 50, 50, 20, 21, 45]).incidents
    assert incident.summary.startswith("21 sends for 50 events on Thu 6 Aug; 40 to 60 were expected")


def test_days_that_each_lie_within_their_range_are_told_together_and_fall_short_together() -> None:
    (incident,) = _follow("hhhhhhd", sent=[50, 50, 50, 41, 41, 42, 41], began={6: 3}).incidents
    assert incident.summary.startswith(
        "165 sends for 200 events on the days Tue 4 Aug to Fri 7 Aug; 180 to 220 were expected"
    )


def test_a_break_that_opens_on_one_of_its_better_days_shows_the_last_one_that_falls_short() -> None:
    (incident,) = _follow("hhhhhhd", sent=[50, 50, 50, 21, 20, 25, 45], began={6: 3}).incidents
    assert incident.summary.startswith("25 sends for 50 events on Thu 6 Aug; 40 to 60 were expected")


def test_an_incident_that_is_over_is_told_as_a_whole() -> None:
    (incident,) = _follow("hhhhssshh").incidents
    assert incident.summary == "150 sends missed over 3 days, Wed 5 Aug to Fri 7 Aug."
    (incident,) = _follow("hhhhsh").incidents
    assert incident.summary == "50 sends missed on Wed 5 Aug."


def test_an_incident_begins_on_the_day_its_evidence_began_not_on_the_day_it_was_sure() -> None:
    (incident,) = _follow("hhhhhdd", began={6: 2}).incidents[:1]
    found = _follow("hhhhhhd", began={6: 2})
    assert incident.opened_on == day(5)
    assert (found.incidents[0].opened_on, found.incidents[0].detected_on) == (day(4), day(6))


def test_missing_days_hold_an_incident_and_never_end_it() -> None:
    found = _follow("hhhs------")
    assert [incident.is_open for incident in found.incidents] == [True]
    assert _kinds(found) == [("opened", day(3))]


def test_missing_days_never_open_an_incident() -> None:
    assert _follow("hhhh-----").incidents == []


def test_sends_that_are_back_end_it_on_the_first_good_day() -> None:
    found = _follow("hhhssshhh")
    (incident,) = found.incidents
    assert (incident.recovered_on, incident.ended_how) == (day(6), "sends_back")
    assert _kinds(found) == [("opened", day(3)), ("recovered", day(6))]


def test_the_first_good_day_may_lie_before_the_day_that_made_it_sure() -> None:
    (incident,) = _follow("hhhss~~h").incidents
    assert (incident.recovered_on, incident.ended_on) == (day(5), day(7))


def test_calm_days_without_one_send_do_not_end_an_incident() -> None:
    (incident,) = _follow("hhhss???").incidents
    assert incident.is_open


def test_losing_sends_that_become_silence_are_told_as_worse() -> None:
    found = _follow("hhhddss")
    assert _kinds(found) == [("opened", day(3)), ("worsened", day(5))]
    assert found.incidents[0].kind == "silent"


def test_silence_that_becomes_less_is_still_remembered_as_silence() -> None:
    found = _follow("hhhssdd")
    assert _kinds(found) == [("opened", day(3))]
    assert found.incidents[0].kind == "silent"


@pytest.mark.parametrize("how", ["stopped", "archived", "deleted", "draft"])
def test_a_campaign_that_no_longer_runs_closes_its_incident_and_that_is_no_recovery(how: str) -> None:
    found = follow(history("hhhssnn"), 0, 7, Past(), lambda incident, on: UNKNOWN, lambda campaign_id, on: how)
    (incident,) = found.incidents
    assert (incident.ended_how, incident.recovered_on, incident.cause) == (how, day(5), "campaign_stopped")
    assert _kinds(found) == [("opened", day(3)), ("closed", day(5))]


def test_a_new_level_that_was_accepted_ends_the_incident() -> None:
    (incident,) = _follow("hhhdda").incidents
    assert incident.ended_how == "new_level"
    (incident,) = _follow("hhhddp").incidents
    assert incident.ended_how == "accepted"


def test_a_new_level_is_no_end_while_the_messages_that_made_it_are_in_draft() -> None:
    drafts: Evidence = ({"cause": "message_draft_or_off", "sentence": "", "facts": {"draft_messages": ["Mail 2"]}},)
    half = {"sent": [50, 50, 50, 25, 25, 25, 25, 25, 25, 25], "look": lambda incident, on: drafts}
    (incident,) = _follow("hhhddahhhh", **half).incidents
    assert incident.is_open
    mended = {"sent": [50, 50, 50, 25, 25, 25, 25, 50, 50, 50], "look": lambda incident, on: drafts}
    (incident,) = _follow("hhhddahhhh", **mended).incidents
    assert (incident.ended_how, incident.recovered_on) == ("sends_back", day(7))
    meant = {"sent": [50, 50, 50, *[25] * 7], "look": lambda incident, on: drafts if on < day(8) else UNKNOWN}
    (incident,) = _follow("hhhddahhhh", **meant).incidents
    assert (incident.ended_how, incident.ended_on) == ("new_level", day(8))


def test_a_cause_that_is_found_later_is_a_change() -> None:
    found = _follow("hhhsss", lambda incident, on: CAUSE if on >= day(5) else UNKNOWN)
    assert _kinds(found) == [("opened", day(3)), ("cause_changed", day(5))]
    assert found.changes[1].detail == {"from": "unknown", "to": "message_failing", "sentence": "It fails."}
    assert [bad.cause for bad in found.bad_days.values()] == ["unknown", "unknown", "message_failing"]


def test_a_cause_once_found_is_not_forgotten() -> None:
    found = _follow("hhhsss", lambda incident, on: CAUSE if on == day(3) else UNKNOWN)
    assert found.incidents[0].cause == "message_failing"
    assert _kinds(found) == [("opened", day(3))]


def test_causes_are_looked_for_every_day_at_first_and_every_week_later() -> None:
    looked: list[int] = []

    def look(incident: Incident, on: date) -> Evidence:
        looked.append((on - incident.detected_on).days)
        return UNKNOWN

    _follow("h" + "s" * 75, look)
    assert looked == [*range(61), 63, 70]


def test_a_later_break_is_another_incident_that_begins_after_the_first_was_over() -> None:
    found = _follow("hhss" + "h" * 8 + "ss", began={12: 11})
    first, second = found.incidents
    assert first.recovered_on == day(4)
    assert second.opened_on == day(4)


def test_a_break_that_is_over_and_shows_again_within_days_is_one_incident() -> None:
    found = _follow("hhsshhssh")
    (incident,) = found.incidents
    assert (incident.opened_on, incident.recovered_on) == (day(2), day(8))
    assert _kinds(found) == [
        ("opened", day(2)), ("recovered", day(4)), ("reopened", day(6)), ("recovered", day(8))
    ]  # fmt: skip
    assert incident.summary.startswith("200 sends missed")


def test_an_end_lies_after_the_day_that_showed_the_break_and_after_every_day_that_is_called_broken() -> None:
    found = _follow("hhhhhdddh", sent=[50] * 9, began={5: 4})
    (incident,) = found.incidents
    assert (incident.detected_on, incident.recovered_on) == (day(5), day(8))
    assert max(set(found.bad_days) - found.good_days) < incident.recovered_on


def test_days_that_were_normal_again_are_not_counted_as_missed() -> None:
    (incident,) = _follow("hhhssddh", sent=[50, 50, 50, 0, 0, 48, 47, 50]).incidents
    assert (incident.recovered_on, incident.summary) == (
        day(5),
        "100 sends missed over 2 days, Tue 4 Aug to Wed 5 Aug.",
    )


def test_an_incident_that_missed_nothing_does_not_say_so_as_a_number() -> None:
    (incident,) = _follow("hhhhddh", sent=[50, 50, 50, 50, 60, 60, 50]).incidents
    assert "0 sends missed" not in incident.summary


def test_an_event_that_is_no_longer_known_closes_the_incident_and_is_no_recovery() -> None:
    found = history("hhhddhh")
    found.event_row[5:] = -1
    (incident,) = follow(found, 0, 7, Past(), lambda incident, on: UNKNOWN).incidents
    assert (incident.ended_how, incident.recovered_on) == ("unmapped", day(5))


def test_missed_sends_are_expected_minus_actual_over_the_bad_days() -> None:
    (incident,) = _follow("hhhhsss").incidents
    missed = incident.miss.missed()
    assert missed is not None
    assert missed.value == pytest.approx(150)
    assert missed.low < 150 < missed.high


def test_a_lost_event_is_missed_by_its_own_history_times_the_usual_sends() -> None:
    (incident,) = _follow("hhhhll", sent=[25, 25, 25, 25, 0, 0]).incidents
    missed = incident.miss.missed()
    assert incident.sends_per_source == pytest.approx(0.5)
    assert missed is not None
    assert missed.value == pytest.approx(50)


@given(st.text(alphabet="hsdn-?~", min_size=1, max_size=40), st.data())
def test_following_in_two_parts_gives_what_following_at_once_gives(statuses: str, data: st.DataObject) -> None:
    split = data.draw(st.integers(0, len(statuses)))
    found = history(statuses)
    whole = follow(found, 0, len(statuses), Past(), lambda incident, on: UNKNOWN)
    first = follow(found, 0, split, Past(), lambda incident, on: UNKNOWN)
    second = follow(found, split, len(statuses), first.past, lambda incident, on: UNKNOWN)
    parts = {incident.incident_id: incident for incident in (*first.ended, *second.incidents)}
    assert list(parts.values()) == whole.incidents
    assert [*first.changes, *second.changes] == whole.changes
    assert first.bad_days | second.bad_days == whole.bad_days


@given(st.text(alphabet="hsdn-?~", min_size=1, max_size=40), st.integers(0, 39))
def test_a_day_that_was_not_collected_neither_raises_nor_ends_anything(statuses: str, number: int) -> None:
    gone = statuses[: number % len(statuses)] + "-"
    before, after = _follow(gone[:-1]), _follow(gone)
    assert _kinds(before) == _kinds(after)


@given(st.text(alphabet="hsdn-?~", min_size=2, max_size=40))
def test_what_was_said_of_earlier_days_does_not_depend_on_later_ones(statuses: str) -> None:
    earlier, later = _follow(statuses[:-1]), _follow(statuses)
    assert later.changes[: len(earlier.changes)] == earlier.changes


@given(st.text(alphabet="hsdn-?~l", min_size=1, max_size=60))
def test_incidents_of_one_campaign_never_overlap(statuses: str) -> None:
    incidents = _follow(statuses).incidents
    for one, other in pairwise(incidents):
        assert one.recovered_on is not None
        assert one.opened_on < other.opened_on
        assert one.recovered_on <= other.detected_on
