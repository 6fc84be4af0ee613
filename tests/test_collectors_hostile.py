"""A service that was taken over, or only speaks strangely: a clear failure, never a crash, nothing a terminal obeys."""

from __future__ import annotations

import gzip
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.customerio import fetch_campaign_metrics, fetch_campaigns, fetch_each
from collectors.customerio.campaigns import parse_campaign
from collectors.customerio.echoed_window import first_bucket_day
from collectors.customerio.journeys import parse_journeys
from collectors.errors import CollectorError, Forbidden, RedirectedElsewhere, ServiceFailed, UnexpectedShape
from collectors.http.client import LARGEST_JSON
from collectors.http.shape import Reader
from collectors.http.waiting import retry_after_seconds, service_time
from collectors.mixpanel.event_counts import parse_counts
from collectors.mixpanel.project_apis import quota_wait
from collectors.mixpanel.window import Window
from tests.collectors_cast import Reply, customerio_at, mixpanel_at, scripted

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
READ = Reader(lambda field, seen: UnexpectedShape(f"{field} {seen}", field=field))
HUGE = "9" * 5000
JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo", "UTC"])
@pytest.mark.parametrize("echoed", ["0001-01-01 00:00:00 +0000 UTC", "9999-12-31 23:00:00 -1200 X"])
def test_a_time_that_was_never_set_is_an_unexpected_shape_in_every_zone(zone: str, echoed: str) -> None:
    body = {"start": echoed, "end": echoed, "metric": {"series": {"sent": [1, 2]}}}
    with scripted(Reply(body=body)) as server, pytest.raises(UnexpectedShape):
        fetch_campaign_metrics(
            customerio_at(server.url), 17, date(2026, 11, 22), date(2026, 11, 23), ZoneInfo(zone), NOW
        )


@given(st.from_regex(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4} UTC", fullmatch=True))
def test_any_echoed_start_is_a_day_or_an_unexpected_shape(echoed: str) -> None:
    with suppress(UnexpectedShape):
        first_bucket_day(echoed, ZoneInfo("America/New_York"), READ)


@pytest.mark.parametrize("target", ["http://[::1", "http://host:99999/", "//[", "http://\x1b[31m.example/"])
def test_a_redirect_to_no_address_is_told_plainly(target: str) -> None:
    with scripted(Reply(302, "", {"Location": target})) as server, pytest.raises(RedirectedElsewhere) as caught:
        customerio_at(server.url).get_json("/campaigns")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("header", ["1 Jan 9999999999999999 00:00:00", HUGE, "Fri, 31 Dec 9999 23:59:59 -2300", "nan"])
def test_any_retry_after_and_any_date_are_survived(header: str) -> None:
    wait = retry_after_seconds(header, NOW)
    assert wait is None or wait >= 0
    assert service_time({"Date": header}).tzinfo is not None


def test_numbers_without_end_in_a_refusal_are_survived() -> None:
    window = Window(date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 1))
    assert not window.shrink(Forbidden(f"Date range exceeds {HUGE} days into the past"))
    assert quota_wait({"RateLimit": f'"project";r=0;t={HUGE}'}, "") is not None
    quota_wait({}, f"{HUGE}/1 queries running in the last hour")


def test_counts_whose_sum_no_column_can_hold_are_refused() -> None:
    day = date(2026, 11, 1)
    keys = {f"2026-11-01 0{hour}:00": 2**62 for hour in range(3)}
    with pytest.raises(UnexpectedShape, match="out of range"):
        parse_counts({"data": {"series": ["2026-11-01"], "values": {"a": keys}}}, ["a"], day, day, READ)
    with pytest.raises(UnexpectedShape, match="out of range"):
        parse_journeys({"journey_metric": {"started": [2**62] * 3}}, [0, 3], READ)


def test_what_a_service_says_cannot_command_a_terminal() -> None:
    words = "\x1b]0;owned\x07\x1b[2J[link=http://evil]x[/link]\u202eoops\r\n\x9b31m"
    with (
        scripted(Reply(500, words, {"Content-Type": "text/plain"})) as server,
        pytest.raises(ServiceFailed, match="oops") as caught,
    ):
        customerio_at(server.url).get_json("/campaigns")
    assert str(caught.value).isprintable()


def test_an_endless_name_makes_no_endless_message() -> None:
    name = "x" * 100_000
    with pytest.raises(UnexpectedShape) as caught:
        parse_counts(
            {"data": {"series": ["2026-11-01"], "values": {name: 1}}},
            [name],
            date(2026, 11, 1),
            date(2026, 11, 1),
            READ,
        )
    assert len(str(caught.value)) < 2000


def test_a_packed_body_that_grows_without_end_is_refused() -> None:
    packed = gzip.compress(b" " * (LARGEST_JSON + 1), 1)
    with (
        scripted(Reply(body=packed, headers={"Content-Encoding": "gzip"})) as server,
        pytest.raises(UnexpectedShape, match="larger than"),
    ):
        mixpanel_at(server.url).query.get_json("/events")
    assert len(server.asked) == 1


def test_bodies_that_are_no_json_end_the_source_after_a_few_campaigns() -> None:
    with scripted(Reply(body="<html>sign in</html>", headers={"Content-Type": "text/html"})) as server:
        client = customerio_at(server.url)
        with pytest.raises(UnexpectedShape, match="web page"):
            list(fetch_each(range(1, 500), lambda i: client.get_json(f"/campaigns/{i}/metrics")))
    assert len(server.asked) < 30


@given(st.dictionaries(st.sampled_from(["id", "name", "state", "tags", "created", "event_name", "type", "active",
                                        "updated", "deduplicate_id", "filter_segment_ids"]), JSON_VALUES))  # fmt: skip
def test_any_campaign_is_read_or_an_unexpected_shape(entry: dict[str, Any]) -> None:
    with suppress(UnexpectedShape):
        parse_campaign({"id": 1, "name": "n", "state": "running"} | entry, READ)


@pytest.mark.parametrize("body", ["[" * 100_000, '{"campaigns":' * 50_000, '{"campaigns": [{"id": ' + HUGE + "}]}"])
def test_nesting_and_numbers_without_end_are_an_unexpected_shape(body: str) -> None:
    with scripted(Reply(body=body)) as server, pytest.raises(CollectorError):
        fetch_campaigns(customerio_at(server.url))
