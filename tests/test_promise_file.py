"""The hours that the route leaves for the monitor: what of them is replaced, and when each was looked at."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign_health.route.numbers_file import note_proof
from campaign_health.route.proof.proving import MOST_BEFORE_SECONDS, ToProve
from campaign_health.route.recovery.recovery_plan import EVER_SECONDS, RecoveryPlan
from collectors.route import read_promises
from storage.file.database import Warehouse
from storage.route_records import PromiseHourRecord
from storage.save import save_promise_hours

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CAMPAIGN = 7


def hour(at: datetime, sent: int = 3, not_sent: int = 1) -> dict[str, Any]:
    return {
        "hour": at.isoformat(), "qualifying": sent + not_sent, "sent": sent, "delivered": None, "failed": None,
        "not_sent": not_sent, "unknown": 0, "within_promise": sent, "p50_seconds": 9.5, "p95_seconds": 30.0,
        "p99_seconds": 61.0, "state": "observed",
    }  # fmt: skip


def look(folder: Path, since: datetime, until: datetime, at: datetime, *hours: dict[str, Any]) -> None:
    note = {
        "campaign_id": CAMPAIGN, "event": "signed up", "since": since.isoformat(), "until": until.isoformat(),
        "proved_at": at.isoformat(), "promise_seconds": 300.0, "hours": list(hours),
    }  # fmt: skip
    note_proof(folder, "default", note)


def kept(folder: Path) -> dict[datetime, PromiseHourRecord]:
    return {one.hour: one for one in read_promises(folder, "default")}


def test_a_look_at_other_days_makes_no_hour_newer_than_its_own_look(tmp_path: Path) -> None:
    look(tmp_path, NOON, NOON + 2 * HOUR, NOON + 2 * HOUR, hour(NOON), hour(NOON + HOUR))
    by_hand = NOON + 9 * HOUR
    look(tmp_path, NOON - 24 * HOUR, NOON - 23 * HOUR, by_hand, hour(NOON - 24 * HOUR))
    found = kept(tmp_path)
    assert found[NOON - 24 * HOUR].proved_at == by_hand
    assert found[NOON].proved_at == found[NOON + HOUR].proved_at == NOON + 2 * HOUR


def test_an_hour_in_which_nothing_qualifies_any_more_is_taken_back(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)

    def unsent() -> tuple[int, int]:
        with warehouse.open() as connection:
            save_promise_hours(connection, "default", read_promises(tmp_path, "default"))
            found = connection.execute("SELECT sum(qualifying), sum(not_sent) FROM promise_hour").fetchone()
        assert found is not None
        return found[0], found[1]

    look(tmp_path, NOON, NOON + 2 * HOUR, NOON + 2 * HOUR, hour(NOON), hour(NOON + HOUR, sent=0, not_sent=8))
    assert unsent() == (12, 9)
    look(tmp_path, NOON, NOON + 3 * HOUR, NOON + 3 * HOUR, hour(NOON))
    assert unsent() == (4, 1), "what the newer look leaves out is no longer told of"
    empty = kept(tmp_path)[NOON + HOUR]
    assert (empty.qualifying, empty.sent, empty.not_sent, empty.unknown, empty.within_promise) == (0, 0, 0, 0, 0)
    assert (empty.p50_seconds, empty.p99_seconds, empty.delivered) == (None, None, None)


def test_hours_older_than_two_weeks_leave_the_file(tmp_path: Path) -> None:
    look(tmp_path, NOON, NOON + HOUR, NOON + HOUR, hour(NOON))
    later = NOON + timedelta(days=15)
    look(tmp_path, later, later + HOUR, later + HOUR, hour(later))
    assert list(kept(tmp_path)) == [later]


@pytest.mark.parametrize(("zone", "minute"), [("Asia/Kolkata", 30), ("Asia/Kathmandu", 15), ("Europe/Berlin", 0)])
def test_whole_hours_are_looked_at_wherever_the_day_begins(zone: str, minute: int) -> None:
    day = date(2026, 11, 20)
    plan = RecoveryPlan("default", CAMPAIGN, "Welcome", ("signed up",), day, day, ZoneInfo(zone))
    asked = ToProve(plan, 300.0)
    assert plan.begin % 3600 == minute * 60
    assert asked.begin % 3600 == asked.end % 3600 == 0
    assert asked.begin <= plan.begin < asked.begin + 3600
    assert asked.end - 3600 < plan.end <= asked.end


@pytest.mark.parametrize(("days_before", "due"), [(1, False), (6.9, False), (7.1, True)])
def test_who_got_it_before_the_span_is_not_due_again_within_once(days_before: float, due: bool) -> None:
    day, week = date(2026, 11, 20), 7 * 86_400
    plan = RecoveryPlan(
        "default", CAMPAIGN, "Welcome", ("signed up",), day, day, ZoneInfo("UTC"), once_seconds=float(week)
    )
    asked = ToProve(plan, 300.0)
    again = asked.begin + 60.0
    before = again - days_before * 86_400
    assert (before >= asked.read_from) is not due, "nobody reads what does not matter"
    stranger = (None, again + 1)
    found = asked.due_events([("ada", again), ("ada", before), stranger])
    assert found == [*([("ada", again)] if due else []), stranger]


def test_ever_is_not_read_back_to_in_an_hourly_look() -> None:
    day = date(2026, 11, 20)
    ever = RecoveryPlan("default", 7, "Welcome", ("signed up",), day, day, ZoneInfo("UTC"), once_seconds=EVER_SECONDS)
    asked = ToProve(ever, 300.0)
    assert asked.begin - asked.read_from == MOST_BEFORE_SECONDS


@pytest.mark.slow("route")
def test_two_who_write_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    """The hourly look beside the doors, and somebody's recovery at the same moment."""
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(note_one, tmp_path, number) for number in range(40)]
        assert [one.result() for one in done] == list(range(40))
    assert sorted(one.campaign_id for one in read_promises(tmp_path, "default")) == list(range(1, 41))


def note_one(folder: Path, number: int) -> int:
    note = {
        "campaign_id": number + 1, "event": "signed up", "since": NOON.isoformat(), "until": (NOON + HOUR).isoformat(),
        "proved_at": NOON.isoformat(), "promise_seconds": 300.0, "hours": [hour(NOON)],
    }  # fmt: skip
    note_proof(folder, "default", note)
    return number
