"""What Customer.io answered with 200 and then did not do is told by the doctor, in numbers and of the last day only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign_health.health.finding import Finding
from campaign_health.route.examining.not_done import SUBJECT
from campaign_health.route.examining.route_examination import examine_route
from campaign_health.settings import load_settings
from storage.outbox.route_file import committed, open_route_file
from storage.outbox.route_modes import set_mode
from tests.moved_cast import NAME, Company, company


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    with company(tmp_path, monkeypatch) as found:
        with open_route_file(tmp_path / "data") as connection, committed(connection):
            set_mode(connection, "default", NAME, "live")
        yield found


def told(of: Company) -> list[Finding]:
    found = examine_route(load_settings(of.environment, of.folder), datetime.now(UTC))
    return [one for one in found if one.subject == SUBJECT]


def test_events_and_updates_of_the_last_day_that_were_not_done_are_counted(moved: Company) -> None:
    now = int(time.time())
    moved.sandbox.world.received.not_done += [
        ("failed_event", now - 3 * 86_400), ("failed_event", now - 60), ("failed_event", now - 5),
        ("skipped_update", now - 60),
    ]  # fmt: skip
    events, updates = told(moved)
    assert (events.level, updates.level) == ("note", "note")
    assert "did not apply an event 2 times (failed_event)" in events.text
    assert "(skipped_update)" in updates.text


def test_more_than_a_page_is_told_as_at_least_that_many(moved: Company) -> None:
    moved.sandbox.world.received.not_done += [("failed_event", int(time.time()) - 60)] * 150
    (finding,) = told(moved)
    assert "at least 100 times" in finding.text


def test_where_all_was_done_it_is_said(moved: Company) -> None:
    assert [one.level for one in told(moved)] == ["fine"]
