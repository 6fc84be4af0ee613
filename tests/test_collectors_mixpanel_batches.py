"""Many events are asked for in few requests, and a refused name costs only itself."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from collectors.errors import RateLimited, RequestRefused
from collectors.mixpanel import CountedBatch, fetch_event_counts
from collectors.mixpanel.batches import LONGEST_ADDRESS, Batches, name_list
from tests.collectors_cast import A, C, Reply, mixpanel_at, sandbox_mixpanel, scripted
from tests.mixpanel_cast import TODAY, answered
from tests.sandbox_cast import FIRST, small_world


@given(st.lists(st.text(max_size=300), unique=True, max_size=80))
def test_batches_hold_every_name_once_and_stay_short(names: list[str]) -> None:
    batches = Batches(names, 150)
    asked: list[str] = []
    while len(batches):
        batch = batches.peek()
        length = 150 + len(urlencode({"event": name_list(batch)}))
        assert length <= LONGEST_ADDRESS or len(batch) == 1
        asked += batch
        batches.done(batch)
    assert asked == names


def test_two_thousand_events_take_as_few_requests_as_the_address_allows() -> None:
    names = [f"product.feature_{i:04d}.used" for i in range(2000)]
    with scripted(answered({})) as server:
        client = mixpanel_at(server.url)
        list(fetch_event_counts(client, names, A, C, TODAY))
        longest = max(len(name_list(json.loads(asked.query["event"]))) for asked in server.asked)
    assert client.requests_sent == len(server.asked) <= 13
    assert longest < LONGEST_ADDRESS


def test_a_refused_batch_is_halved_and_the_working_size_remembered() -> None:
    world = small_world()
    names = [f"event {i}" for i in range(40)]
    limits = Limits(**vars(Limits.unlimited()) | {"max_events_per_call": 6})
    with running_sandbox(world, limits=limits) as sandbox:
        batches = list(fetch_event_counts(sandbox_mixpanel(sandbox), names, FIRST, FIRST, sandbox.now.date()))
        statuses = [request.status for request in sandbox.requests]
    assert [one.event for batch in batches for one in batch.counts] == names
    assert statuses == [400, 400, 400] + [200] * 8, "40, 20, 10, then fives"


@pytest.mark.parametrize("status", [400, 413, 414])
def test_one_name_that_is_refused_costs_only_itself(status: int) -> None:
    refused = Reply(status, {"error": "bad event"})
    good = answered({})
    # b is the culprit: [a b c d] refused, [a b] refused, [a] served, [b] refused, then [c d] together.
    with scripted(refused, refused, good, refused, good) as server:
        batches = list(fetch_event_counts(mixpanel_at(server.url), ["a", "b", "c", "d"], A, C, TODAY))
        assert [json.loads(asked.query["event"]) for asked in server.asked][-1] == ["c", "d"]
    assert [one.event for batch in batches for one in batch.counts] == ["a", "c", "d"]
    assert [(one.event, "bad event" in one.reason) for batch in batches for one in batch.refused] == [("b", True)]


def test_a_service_that_refuses_every_name_is_not_asked_for_each() -> None:
    names = [f"event {i}" for i in range(100)]
    with scripted(Reply(400, {"error": "no"})) as server, pytest.raises(RequestRefused):
        list(fetch_event_counts(mixpanel_at(server.url), names, A, C, TODAY))
    assert len(server.asked) == 8, "100, 50, 25, 12, 6, 3, 1, and one more by itself"


def test_a_refusal_that_is_not_about_the_names_is_not_halved() -> None:
    with (
        scripted(Reply(400, {"error": "Error in from_date: invalid date, bad year"})) as server,
        pytest.raises(RequestRefused, match="from_date"),
    ):
        list(fetch_event_counts(mixpanel_at(server.url), ["a", "b", "c"], A, C, TODAY))
    assert len(server.asked) == 1


def test_batches_before_a_failure_are_kept() -> None:
    names = ["n" * 200 + str(i) for i in range(60)]
    got: list[CountedBatch] = []
    with scripted(answered({}), Reply(429, {}, {"Retry-After": "3600"})) as server:
        batches = fetch_event_counts(mixpanel_at(server.url), names, A, C, TODAY)
        with pytest.raises(RateLimited, match="3600 seconds"):
            got.extend(batches)
    assert len(got) == 1
    assert len(got[0].counts) > 20


def test_progress_counts_the_events() -> None:
    told: list[tuple[int, int | None, str]] = []
    names = ["n" * 200 + str(i) for i in range(60)]
    with scripted(answered({})) as server:
        list(fetch_event_counts(mixpanel_at(server.url), names, A, C, TODAY, lambda *seen: told.append(seen)))
    assert told[-1] == (60, 60, "events")
    assert len(told) > 1
