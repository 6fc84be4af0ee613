"""Single answers of Amplitude as the collector reads them: counts, names, hours of the export, and the cost of it."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.amplitude import (
    AmplitudeClient,
    AmplitudeProject,
    CostBudget,
    fetch_amplitude_profiles,
    fetch_listed_events,
    fetch_segmented_counts,
)
from collectors.amplitude.cost_budget import BURST, BURST_TIME, HOUR, MOST_DAYS, cost_of
from collectors.errors import BudgetSpent, CollectorError, ExportCutOff, Forbidden, RateLimited, UnexpectedShape
from tests.collectors_cast import SECRET, A, C, Reply, hasty, scripted

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def client_at(url: str, budget: CostBudget | None = None) -> AmplitudeClient:
    return AmplitudeClient(AmplitudeProject("api-key-0123456789", SECRET, url=url), budget=budget, transport=hasty())


def series(days: list[str], *rows: list[Any]) -> Reply:
    return Reply(body={"data": {"series": list(rows), "seriesLabels": [0], "xValues": days}})


DAYS = ["2026-11-20", "2026-11-21", "2026-11-22"]


def test_one_query_names_the_event_the_days_and_the_daily_totals() -> None:
    with scripted(series(DAYS, [3, 0, 5])) as server:
        [batch] = fetch_segmented_counts(client_at(server.url), ['say "hi" 🎉'], A, C)
    assert batch.counts[0].counts == {A: 3, C: 5}
    assert (batch.first_day, batch.last_day) == (A, C)
    [asked] = server.asked
    assert asked.path == "/events/segmentation"
    assert json.loads(asked.query.pop("e")) == {"event_type": 'say "hi" 🎉'}
    assert asked.query == {"m": "totals", "i": "1", "start": "20261120", "end": "20261122"}


@pytest.mark.parametrize(
    "reply",
    [series(DAYS), series(DAYS, [1, 2]), series(DAYS[:2], [1, 2]), series(DAYS, [1, 2, 3], [4, 5, 6]),
     series(DAYS, [1, None, 3]), series(DAYS, [1, -1, 3]), Reply(body={"data": None}), Reply(body=[])],
)  # fmt: skip
def test_an_answer_that_is_not_whole_is_not_taken_for_none(reply: Reply) -> None:
    with scripted(reply) as server:
        try:
            [batch] = fetch_segmented_counts(client_at(server.url), ["A"], A, C)
        except UnexpectedShape:
            return
    assert (batch.counts, [one.event for one in batch.refused]) == ((), ["A"])


def test_events_that_are_refused_day_after_day_cost_no_other_its_days() -> None:
    refused = Reply(400, {"error": {"message": "Invalid chart definition"}})
    with scripted(series(DAYS, [1, 1, 1]), *[refused] * 12) as server:
        batches = list(fetch_segmented_counts(client_at(server.url), ["good", *"abcdefghijkl"], A, C))
        assert [one.event for batch in batches for one in batch.counts] == ["good"]
        assert len([one for batch in batches for one in batch.refused]) == 12
    with scripted(refused) as server:
        [alone] = fetch_segmented_counts(client_at(server.url), ["a"], A, C)
    assert [one.event for one in alone.refused] == ["a"]


def test_one_event_that_is_refused_costs_no_other_its_days() -> None:
    refused = Reply(400, {"error": {"http_code": 400, "message": "Invalid chart definition", "metadata": {}}})
    with scripted(series(DAYS, [1, 1, 1]), refused, series(DAYS, [2, 2, 2])) as server:
        batches = list(fetch_segmented_counts(client_at(server.url), ["a", "b", "c"], A, C))
    assert [one.event for batch in batches for one in batch.counts] == ["a", "c"]
    [b] = batches[1].refused
    assert "Invalid chart definition" in b.reason


def test_what_is_refused_of_every_event_ends_the_source() -> None:
    with scripted(Reply(400, {"error": {"message": "Bad request"}})) as server, pytest.raises(CollectorError):
        list(fetch_segmented_counts(client_at(server.url), list("abcdefghijkl"), A, C))


def test_more_days_than_one_query_may_cost_are_asked_for_in_parts() -> None:
    first = C - timedelta(days=MOST_DAYS)
    every = [str(first + timedelta(days=n)) for n in range(MOST_DAYS + 1)]
    with scripted(series(every[:-1], [1] * MOST_DAYS), series(every[-1:], [7])) as server:
        [batch] = fetch_segmented_counts(client_at(server.url), ["a"], first, C)
    assert sum(batch.counts[0].counts.values()) == MOST_DAYS + 7
    assert len(batch.counts[0].counts) == MOST_DAYS + 1


def test_listed_events_go_by_the_name_they_are_sent_under() -> None:
    entries = [
        {"value": "signed_up", "name": "Signed up", "hidden": True, "deleted": False},
        {"value": "old", "name": "old", "deleted": True},
        {"name": "only shown"},
        {"value": "signed_up", "name": "again"},
        {"totals": 3},
    ]
    with scripted(Reply(body={"data": entries})) as server:
        found = fetch_listed_events(client_at(server.url))
    assert [(one.event, one.display_name, one.hidden, one.dropped) for one in found] == [
        ("signed_up", "Signed up", True, False), ("old", None, False, True), ("only shown", None, False, False)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "failure"),
    [(Reply(403, {"error": {"message": "Invalid API key"}}), Forbidden),
     (Reply(429, {"error": {"message": "Exceeded 108000 cost per hour"}}), RateLimited)],
)  # fmt: skip
def test_a_refusal_is_told_with_its_cure_and_without_keys(reply: Reply, failure: type[CollectorError]) -> None:
    with scripted(reply) as server, pytest.raises(failure) as raised:
        fetch_listed_events(client_at(server.url))
    assert raised.value.cure
    assert SECRET not in str(raised.value)
    assert len(server.asked) == 1


def zipped(*records: dict[str, Any], cut: int = 0) -> Reply:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        lines = "".join(json.dumps(record) + "\n" for record in records).encode()
        archive.writestr("4242/4242_2026-11-20_8#0.json.gz", gzip.compress(lines))
    body = packed.getvalue()
    return Reply(body=body[: len(body) - cut], headers={"Content-Type": "application/zip"})


NONE = Reply(404, "Raw data files were not found.")


def event(time: str, insert_id: str, **properties: Any) -> dict[str, Any]:
    return {
        "event_type": "A",
        "event_time": time,
        "$insert_id": insert_id,
        "library": "web",
        "os_name": "iOS",
        "version_name": "2.1",
        "event_properties": properties,
        "user_properties": {"email": "a@b.c"},
    }


def test_properties_are_the_events_own_of_the_local_day_each_event_once() -> None:
    records = (
        event("2026-11-20 07:59:59.999000", "0", other=1),
        event("2026-11-20 08:00:00.000000", "1", plan="pro"),
        event("2026-11-20 08:00:00.000000", "1", plan="pro"),
        event("2026-11-21 07:59:59.999000", "2", plan={"name": "pro"}),
        event("2026-11-21 08:00:00.000000", "3", other=1),
    )
    with scripted(zipped(*records), NONE) as server:
        zone = ZoneInfo("America/Los_Angeles")
        [profile] = fetch_amplitude_profiles(client_at(server.url), ["A"], A, zone, NOW)
    assert profile.events_read == 2
    assert dict(profile.shares) == {("plan", "string"): 0.5, ("plan", "object"): 0.5}
    assert dict(profile.parts) == {("web", "iOS", "2.1"): 2}
    assert [(one.query["start"], one.query["end"]) for one in server.asked] == [
        ("20261120T08", "20261120T13"), ("20261120T14", "20261120T19"), ("20261120T20", "20261121T01"),
        ("20261121T02", "20261121T07"), ("20261121T08", "20261121T08"),
    ]  # fmt: skip


def test_hours_that_are_too_large_together_are_asked_for_by_halves() -> None:
    whole = zipped(event("2026-11-20 01:00:00.000000", "1"))
    with scripted(Reply(400, "too large"), whole, NONE) as server:
        [profile] = fetch_amplitude_profiles(client_at(server.url), ["A"], A, UTC_ZONE, NOW)
    assert profile.events_read == 1
    assert [one.query["end"] for one in server.asked[:3]] == ["20261120T05", "20261120T02", "20261120T05"]


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_a_zip_that_is_not_whole_is_never_used(cut: int) -> None:
    broken = zipped(*(event("2026-11-20 01:00:00.000000", str(n)) for n in range(50)), cut=cut)
    with scripted(broken) as server, pytest.raises(ExportCutOff):
        fetch_amplitude_profiles(client_at(server.url), ["A"], A, UTC_ZONE, NOW)
    assert len(server.asked) == 2


def test_a_day_whose_last_hour_cannot_be_exported_yet_is_not_asked_for() -> None:
    with scripted(NONE) as server:
        ready = datetime(2026, 11, 21, 2, tzinfo=UTC)
        with pytest.raises(CollectorError, match="not ready yet"):
            fetch_amplitude_profiles(client_at(server.url), ["A"], A, UTC_ZONE, ready - timedelta(minutes=1))
        assert server.asked == []
        assert fetch_amplitude_profiles(client_at(server.url), ["A"], A, UTC_ZONE, ready) == []


class Clock:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@given(st.lists(st.integers(1, MOST_DAYS), min_size=1, max_size=40), st.integers(BURST, 5000))
def test_no_five_minutes_and_no_hour_ever_cost_more_than_allowed(days: list[int], limit: int) -> None:
    clock = Clock()
    budget = CostBudget(limit, [], clock, clock.wait, clock.wait)
    for one in days:
        budget.before_query(cost_of(one))
        budget.after_query(cost_of(one), 200)
    spent = budget.take_unsaved()
    assert [cost for _, cost in spent] == [cost_of(one) for one in days]
    for time, most in ((BURST_TIME, BURST), (HOUR, limit)):
        for until, _ in spent:
            assert sum(cost for at, cost in spent if until - time < at <= until) <= most


def test_the_share_is_counted_over_runs_and_refused_queries_cost_nothing() -> None:
    clock = Clock()
    budget = CostBudget(100, [(NOW - timedelta(minutes=50), 60)], clock, clock.wait)
    budget.before_query(cost_of(1))
    budget.after_query(cost_of(1), 429)
    assert budget.left() == 6
    with pytest.raises(BudgetSpent, match="10 minutes"):
        budget.before_query(cost_of(8))
