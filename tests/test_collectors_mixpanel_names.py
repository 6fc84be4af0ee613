"""The names of a project's events are read as far back as its plan allows."""

from __future__ import annotations

from datetime import date

import pytest

from collectors.errors import Forbidden, PlanForbids
from collectors.mixpanel import fetch_event_names
from tests.collectors_cast import A, C, Reply, mixpanel_at, scripted
from tests.mixpanel_cast import TODAY

GATE = Reply(403, {"error": "Date range exceeds 90 days into the past"})


def test_names_are_asked_for_with_the_windows_dates() -> None:
    with scripted(Reply(body=["B", "A", "B"])) as server:
        found = fetch_event_names(mixpanel_at(server.url), A, C, TODAY)
        assert server.asked[0].query == {
            "project_id": "4242",
            "type": "general",
            "limit": "5000",
            "from_date": "2026-11-20",
            "to_date": "2026-11-22",
        }
    assert found.names == ("B", "A")
    assert found.first_day == A
    assert found.notes == ()


def test_names_are_asked_for_without_dates_where_those_are_refused() -> None:
    with scripted(Reply(400, {"error": "unknown parameter from_date"}), Reply(body=["A"])) as server:
        found = fetch_event_names(mixpanel_at(server.url), A, C, TODAY)
        assert "from_date" not in server.asked[1].query
    assert found.names == ("A",)
    assert "31 days" in found.notes[0]


def test_a_short_history_shrinks_the_window_and_is_noted() -> None:
    with scripted(GATE, GATE, Reply(body=["A"])) as server:
        found = fetch_event_names(mixpanel_at(server.url), date(2026, 1, 1), C, TODAY)
        asked = [request.query["from_date"] for request in server.asked]
    assert asked == ["2026-01-01", "2026-08-26", "2026-08-27"], "90 days before today, then a day less"
    assert found.first_day == date(2026, 8, 27)
    assert "2026-08-27" in found.notes[0]


def test_a_403_that_is_no_history_gate_is_final() -> None:
    with scripted(Reply(403, {"error": "no access to project"})) as server, pytest.raises(Forbidden, match="no access"):
        fetch_event_names(mixpanel_at(server.url), A, C, TODAY)
    assert len(server.asked) == 1


def test_a_full_list_of_names_says_that_it_may_be_cut() -> None:
    with scripted(Reply(body=[f"e{i}" for i in range(5000)])) as server:
        found = fetch_event_names(mixpanel_at(server.url), A, C, TODAY)
    assert "at most 5000" in found.notes[0]


def test_the_plan_gate_comes_through_for_the_export_to_take_over() -> None:
    with (
        scripted(Reply(402, {"error": "Your plan does not allow API calls. Upgrade"})) as server,
        pytest.raises(PlanForbids, match="Your plan does not allow"),
    ):
        fetch_event_names(mixpanel_at(server.url), A, C, TODAY)
    assert len(server.asked) == 1
