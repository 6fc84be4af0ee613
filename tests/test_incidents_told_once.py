"""Incidents keep their ids, and each change is told once, whatever is judged again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from campaign_health.detection.incident.incident_course import Change, Incident
from campaign_health.detection.incident.news import is_news
from campaign_health.judge.reconcile import StoredChange, reconcile
from tests.judge_cast import day


def _incident(opened: int, detected: int | None = None, recovered: int | None = None, campaign: int = 17) -> Incident:
    return Incident(
        campaign, day(opened), day(detected or opened), "silent", "sent", None, "0 sends.",
        recovered_on=None if recovered is None else day(recovered),
        ended_on=None if recovered is None else day(recovered),
    )  # fmt: skip


def _stored(incident: Incident, status: str | None = None) -> Mapping[str, Any]:
    usual = "open" if incident.is_open else "recovered"
    return vars(incident) | {"incident_id": incident.incident_id, "status": status or usual}


def _told(incident: Incident, kind: str) -> StoredChange:
    on = incident.ended_on if kind == "recovered" and incident.ended_on else incident.detected_on
    change = Change(incident.incident_id, incident.campaign_id, kind, on, {})
    return StoredChange(change.change_id, incident.incident_id, kind, on, None)


def _opened(incident: Incident) -> Change:
    return Change(incident.incident_id, incident.campaign_id, "opened", incident.detected_on, {})


def test_the_same_incident_is_told_once() -> None:
    incident = _incident(10)
    told = [_told(incident, "opened")]
    stored = {incident.incident_id: _stored(incident)}
    found = reconcile([incident], [_opened(incident)], stored, told, day(0), day(12))
    assert found.changes == []
    assert found.withdrawn == []


def test_an_incident_whose_first_day_moves_keeps_its_id_and_is_not_told_again() -> None:
    before, after = _incident(10), _incident(9)
    told = [_told(before, "opened")]
    stored = {before.incident_id: _stored(before)}
    found = reconcile([after], [_opened(after)], stored, told, day(0), day(12))
    assert found.ids == {after.incident_id: before.incident_id}
    assert found.changes == []
    assert found.withdrawn == []


def test_an_incident_that_restated_numbers_do_away_with_is_withdrawn() -> None:
    incident = _incident(10)
    found = reconcile([], [], {incident.incident_id: _stored(incident)}, [], day(8), day(12))
    assert found.withdrawn == [incident.incident_id]
    assert [(change.kind, change.day) for change in found.changes] == [("withdrawn", day(12))]


def test_an_old_incident_that_is_over_is_left_alone_when_only_new_days_are_judged() -> None:
    incident = _incident(2, recovered=4)
    found = reconcile([], [], {incident.incident_id: _stored(incident)}, [], day(8), day(12))
    assert (found.withdrawn, found.changes) == ([], [])


def test_an_incident_is_not_known_yet_as_of_an_earlier_day() -> None:
    incident = _incident(10)
    found = reconcile([], [], {incident.incident_id: _stored(incident)}, [], day(0), day(9))
    assert (found.not_yet, found.withdrawn) == ([incident.incident_id], [])


def test_a_recovery_that_restated_numbers_undo_opens_the_incident_again() -> None:
    over, again = _incident(10, recovered=14), _incident(10)
    told = [_told(over, "opened"), _told(over, "recovered")]
    stored = {over.incident_id: _stored(over)}
    found = reconcile([again], [_opened(again)], stored, told, day(8), day(15))
    assert [change.kind for change in found.changes] == ["reopened"]


def test_a_recovery_that_is_not_known_yet_as_of_an_earlier_day_is_not_undone() -> None:
    over, as_of_then = _incident(10, recovered=14), _incident(10)
    told = [_told(over, "opened")]
    stored = {over.incident_id: _stored(over)}
    found = reconcile([as_of_then], [_opened(as_of_then)], stored, told, day(0), day(12), {over.incident_id})
    assert found.changes == []


def test_the_recovery_after_that_is_told_too() -> None:
    over = _incident(10, recovered=18)
    told = [_told(over, kind) for kind in ("opened", "recovered", "reopened")]
    change = Change(over.incident_id, 17, "recovered", day(18), {})
    found = reconcile([over], [change], {over.incident_id: _stored(_incident(10))}, told, day(8), day(19))
    assert [(one.kind, one.day) for one in found.changes] == [("recovered", day(18))]
    assert found.changes[0].change_id not in {one.change_id for one in told}


def test_another_campaigns_incident_is_another_incident() -> None:
    one, other = _incident(10), _incident(10, campaign=18)
    stored = {one.incident_id: _stored(one)}
    found = reconcile([one, other], [], stored, [], day(0), day(12))
    assert found.ids == {one.incident_id: one.incident_id, other.incident_id: other.incident_id}


NEWS: dict[str, Any] = {
    "today": day(20), "still_open": True, "known_before": True, "judged_before": True, "quiet": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "on", "facts", "news"),
    [
        ("opened", day(19), {}, True),
        ("opened", day(17), {}, True),
        ("opened", day(16), {}, False),
        ("opened", day(16), {"judged_before": False}, True),
        ("opened", day(16), {"judged_before": False, "still_open": False}, False),
        ("opened", day(19), {"quiet": True}, False),
        ("recovered", day(16), {}, False),
        ("recovered", day(16), {"judged_before": False}, True),
        ("recovered", day(16), {"judged_before": False, "known_before": False}, False),
        ("worsened", day(16), {"judged_before": False}, False),
        ("withdrawn", day(19), {}, True),
        ("unexpected", day(20), {}, True),
        ("expected", day(19), {}, False),
        ("unmuted", day(19), {}, False),
    ],
)
def test_what_comes_to_light_late_is_no_news_unless_nobody_could_have_known(
    kind: str, on: date, facts: dict[str, Any], news: bool
) -> None:
    assert is_news(Change("17-2026-08-11", 17, kind, on, {}), **NEWS | facts) is news
