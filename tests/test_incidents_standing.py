"""Taken on, muted, expected: what people and announced hand-overs do to an incident."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from campaign_health.detection.incident.attention import (
    RENAME_CONFIRMED,
    HandOver,
    quiet_when_detected,
    standing_of,
)
from campaign_health.detection.incident.incident_course import Incident
from storage.read.decisions_made import Decision, DecisionKind
from tests.judge_cast import day

RENAMED = ({"cause": "event_renamed", "facts": {"old_event": "project.created", "new_event": "project_created"}},)


def _incident(recovered: int | None = None, evidence: tuple[dict[str, object], ...] = RENAMED) -> Incident:
    end = None if recovered is None else day(recovered)
    return Incident(
        17, day(10), day(10), "event_lost", "event", None, "0 events.", "event_renamed", evidence, end, end
    )  # fmt: skip


def _decision(
    kind: DecisionKind, on: int, until: int | None = None, incident: str | None = "17-2026-08-11", **more: str
) -> Decision:
    return Decision(
        f"{kind} {on}", kind, incident, 17, more.get("event"), more.get("new_event"), "We know", 
        None if until is None else day(until), "ada@example.com", _at(on), None, None,
    )  # fmt: skip


def _at(number: int) -> datetime:
    return datetime.combine(day(number), datetime.min.time(), UTC) + timedelta(hours=8)


def _standing(incident: Incident, today: int, *decisions: Decision, hand_overs: tuple[HandOver, ...] = ()):  # type: ignore[no-untyped-def]
    return standing_of(
        incident, incident.incident_id, "project.created", decisions, hand_overs, day(today), lambda at: at.date()
    )


def test_nobody_said_anything() -> None:
    standing, changes = _standing(_incident(), 12)
    assert set(vars(standing).values()) == {None}
    assert changes == []


def test_an_incident_is_taken_on() -> None:
    standing, _ = _standing(_incident(), 12, _decision("acknowledge", 11))
    assert (standing.acknowledged_by, standing.acknowledged_at) == ("ada@example.com", _at(11))


def test_a_mute_holds_to_its_last_day_and_then_ends_by_itself() -> None:
    mute = _decision("mute", 11, until=14)
    held, nothing = _standing(_incident(), 14, mute)
    over, changes = _standing(_incident(), 15, mute)
    assert (held.muted_by, held.muted_reason, held.muted_until, nothing) == ("ada@example.com", "We know", day(14), [])
    assert over.muted_by is None
    assert [(change.kind, change.day, change.detail["how"]) for change in changes] == [("unmuted", day(15), "over")]


def test_what_was_said_of_the_incident_goes_before_what_was_said_later_of_its_campaign() -> None:
    of_incident, of_campaign = _decision("mute", 11, until=14), _decision("mute", 12, until=30, incident=None)
    assert _standing(_incident(), 13, of_incident, of_campaign)[0].muted_until == day(14)
    assert _standing(_incident(), 13, of_campaign, of_incident)[0].muted_until == day(14)


def test_when_the_mute_of_the_incident_has_ended_the_one_of_its_campaign_holds_to_its_own_end() -> None:
    mutes = _decision("mute", 11, until=14), _decision("mute", 12, until=30, incident=None)
    held, nothing = _standing(_incident(), 15, *mutes)
    over, changes = _standing(_incident(), 31, *mutes)
    assert (held.muted_until, nothing) == (day(30), [])
    assert over.muted_until is None
    assert [(change.kind, change.day) for change in changes] == [("unmuted", day(31))]


def test_a_mute_clears_when_the_incident_is_over() -> None:
    standing, changes = _standing(_incident(recovered=13), 13, _decision("mute", 11, until=30))
    assert standing.muted_by is None
    assert [(change.day, change.detail["how"]) for change in changes] == [(day(13), "recovered")]


def test_a_mute_of_one_incident_says_nothing_about_the_next() -> None:
    later = Incident(17, day(20), day(20), "silent", "sent", None, "0 sends.")
    assert _standing(later, 21, _decision("mute", 11, until=30))[0].muted_by is None


def test_a_break_marked_as_expected_until_a_day_is_raised_again_after_it() -> None:
    expected = _decision("expected", 11, until=14)
    quiet, _ = _standing(_incident(), 14, expected)
    raised, changes = _standing(_incident(), 15, expected)
    assert (quiet.expected_by, quiet.expected_reason) == ("ada@example.com", "We know")
    assert raised.expected_by is None
    assert [(change.kind, change.day, change.detail["how"]) for change in changes] == [("unexpected", day(15), "over")]


def test_a_confirmed_rename_keeps_nothing_quiet_however_long_the_sends_take() -> None:
    confirmed = HandOver("project.created", "project_created", day(12), None, "ada@example.com", RENAME_CONFIRMED)
    for today in (12, 19, 40):
        standing, changes = _standing(_incident(), today, hand_overs=(confirmed,))
        assert (standing.renamed_by, standing.renamed_to) == ("ada@example.com", "project_created")
        assert standing.expected_by is standing.muted_by is None
        assert [(change.kind, change.day) for change in changes] == [(RENAME_CONFIRMED, day(12))]
    assert not quiet_when_detected(_incident(), "project.created", [confirmed], lambda at: at.date())


def test_a_rename_that_is_confirmed_says_nothing_of_an_incident_that_was_over_before_or_began_later() -> None:
    names = "project.created", "project_created"
    for since, by in ((13, "ada@example.com"), (14, None)):
        confirmed = HandOver(*names, day(since), None, "ada@example.com", RENAME_CONFIRMED)
        assert _standing(_incident(recovered=13), 15, hand_overs=(confirmed,))[0].renamed_by == by
    early = HandOver(*names, day(9), None, "ada@example.com", RENAME_CONFIRMED)
    assert _standing(_incident(evidence=()), 15, hand_overs=(early,))[0].renamed_by is None


def test_a_false_alarm_and_an_intended_break_are_told_apart_and_the_newest_holds() -> None:
    intended, alarm = _decision("expected", 11), _decision("false_alarm", 12)
    for said, how in (((intended,), "decision"), ((intended, alarm), "false_alarm")):
        standing, _ = _standing(_incident(), 13, *said)
        assert (standing.expected_by, standing.expected_how) == ("ada@example.com", how)


def test_a_hand_over_that_the_manifest_announced_is_no_news_when_it_comes() -> None:
    hand_over = HandOver("project.created", "project_created", day(9), day(23), "@platform-team", "manifest")
    incident = _incident()
    assert quiet_when_detected(incident, "project.created", [hand_over], lambda at: at.date())
    standing, _ = _standing(incident, 12, hand_overs=(hand_over,))
    assert (standing.expected_by, standing.expected_how) == ("@platform-team", "manifest")


def test_a_hand_over_of_other_events_excuses_nothing() -> None:
    hand_over = HandOver("invoice.sent", "invoice_sent", day(9), day(23), "@platform-team", "manifest")
    assert _standing(_incident(evidence=()), 12, hand_overs=(hand_over,))[0].expected_by is None


def test_a_hand_over_does_not_excuse_a_break_before_it_or_long_after() -> None:
    for since, until in ((11, 25), (2, 9)):
        hand_over = HandOver("project.created", "project_created", day(since), day(until), "manifest", "manifest")
        assert _standing(_incident(), 12, hand_overs=(hand_over,))[0].expected_by is None


def test_an_announced_rename_without_a_day_is_expected_whenever_it_comes() -> None:
    hand_over = HandOver("project.created", "project_created", None, None, "manifest", "manifest")
    standing, changes = _standing(_incident(), 40, hand_overs=(hand_over,))
    assert standing.expected_by == "manifest"
    assert changes[0].day == date(2026, 8, 11)
