"""Every fault of the sandbox, through the collectors: the truth, or a clear error, never a number that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign_health.demo.world.stories import demo_world
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.sandbox.world.generated_world import generated_world
from collectors.customerio import (
    Fetched,
    fetch_campaign_metrics,
    fetch_campaigns,
    fetch_each,
    fetch_failures,
    fetch_journey_metrics,
    fetch_messages,
)
from collectors.errors import (
    AuthenticationFailed,
    CollectorError,
    ExportCutOff,
    Forbidden,
    NotFound,
    PlanForbids,
    RateLimited,
    RequestRefused,
    ServiceFailed,
    UnexpectedShape,
    Unreachable,
)
from collectors.mixpanel import (
    CountedBatch,
    WindowFailed,
    fetch_definitions,
    fetch_event_counts,
    fetch_event_names,
    fetch_exported_counts,
    fetch_property_profiles,
    fetch_time_zone,
)
from tests.collectors_cast import sandbox_customerio, sandbox_mixpanel
from tests.openapi import request_violations, require_descriptions
from tests.sandbox_cast import FIRST, small_world

ZONE = ZoneInfo("America/New_York")
LAST = FIRST + timedelta(days=34)
PATIENCE = 20.0

# What a fault that lasts for ever ends in, where it strikes a JSON answer.
ENDS_IN: dict[str, tuple[type[CollectorError], ...]] = {
    "bad_request": (RequestRefused,),
    "unauthorized": (AuthenticationFailed,),
    "payment_required": (PlanForbids,),
    "forbidden": (Forbidden,),
    "not_found": (NotFound,),
    "too_large": (RequestRefused,),
    "too_many_requests": (RateLimited,),
    "server_error": (ServiceFailed,),
    "unavailable": (ServiceFailed,),
    "hang": (Unreachable,),
    "stall": (Unreachable,),
    "drop": (Unreachable,),
    "cut": (Unreachable,),
    "cut_gzip": (UnexpectedShape, Unreachable),
    "empty": (UnexpectedShape,),
    "html": (UnexpectedShape,),
    "strange_shape": (UnexpectedShape,),
}
PASSING = ("too_many_requests", "server_error", "unavailable", "hang", "stall", "drop", "cut", "cut_gzip", "empty")


def patience_with(kind: str) -> float:
    """Seconds without a byte before the collector gives up: few where that is what is tested."""
    return 0.2 if kind in ("hang", "stall") else PATIENCE


def names(sandbox: Sandbox, patience: float) -> Any:
    """The names of the world's events."""
    client = sandbox_mixpanel(sandbox, patience)
    return fetch_event_names(client, FIRST, LAST, sandbox.now.date()).names


def counts(sandbox: Sandbox, patience: float) -> Any:
    """The daily counts of two events."""
    client = sandbox_mixpanel(sandbox, patience)
    wanted = ["invite_sent", "rare"]
    return [
        one for batch in fetch_event_counts(client, wanted, FIRST, LAST, sandbox.now.date()) for one in batch.counts
    ]


def metrics(sandbox: Sandbox, patience: float) -> Any:
    """Campaign 17's metrics."""
    return fetch_campaign_metrics(sandbox_customerio(sandbox, patience), 17, FIRST, LAST, ZONE, sandbox.now)


def journeys(sandbox: Sandbox, patience: float) -> Any:
    """Campaign 17's journeys."""
    return fetch_journey_metrics(sandbox_customerio(sandbox, patience), 17, FIRST, LAST, ZONE, sandbox.now)


def campaigns(sandbox: Sandbox, patience: float) -> Any:
    """All campaigns."""
    return fetch_campaigns(sandbox_customerio(sandbox, patience))


def messages(sandbox: Sandbox, patience: float) -> Any:
    """Campaign 17's messages."""
    return fetch_messages(sandbox_customerio(sandbox, patience), 17)


FETCHERS: dict[str, Callable[[Sandbox, float], Any]] = {
    "mixpanel.query.names": names,
    "mixpanel.query.events": counts,
    "customerio.metrics": metrics,
    "customerio.journey_metrics": journeys,
    "customerio.campaigns": campaigns,
    "customerio.actions": messages,
}


@pytest.fixture(scope="module")
def shared_sandbox() -> Any:
    """One sandbox for all faults of this module; each test mends it."""
    with running_sandbox(small_world(), limits=Limits.unlimited()) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Any:
    """The sandbox without faults."""
    shared_sandbox.mend()
    shared_sandbox.forget_requests()
    yield shared_sandbox
    shared_sandbox.mend()


# One endpoint of each service meets every fault; the others those that their own reading has to notice.
EVERY_FAULT = ("mixpanel.query.events", "customerio.metrics")
LASTING = [
    (kind, endpoint)
    for kind in ENDS_IN
    for endpoint in FETCHERS
    if endpoint in EVERY_FAULT or kind in ("server_error", "empty", "strange_shape")
]


@pytest.mark.parametrize(("kind", "endpoint"), LASTING)
def test_a_lasting_fault_is_a_clear_error(sandbox: Sandbox, kind: str, endpoint: str) -> None:
    sandbox.fail(kind, endpoint=endpoint, at="every", times=None)
    with pytest.raises(ENDS_IN[kind]) as caught:
        FETCHERS[endpoint](sandbox, patience_with(kind))
    service = "Mixpanel" if endpoint.startswith("mixpanel") else "Customer.io"
    assert caught.value.source == service
    assert service in caught.value.message
    assert sandbox.environment["CUSTOMERIO_APP_API_KEY"] not in str(caught.value)
    assert sandbox.environment["MIXPANEL_SERVICE_SECRET"] not in str(caught.value)


@pytest.mark.parametrize("endpoint", ["mixpanel.query.events", "customerio.actions"])
@pytest.mark.parametrize("kind", PASSING)
def test_a_passing_fault_leaves_no_trace(sandbox: Sandbox, kind: str, endpoint: str) -> None:
    clean = FETCHERS[endpoint](sandbox, patience_with(kind))
    sandbox.forget_requests()
    sandbox.fail(kind, endpoint=endpoint, at=1, times=1)
    assert FETCHERS[endpoint](sandbox, patience_with(kind)) == clean


@pytest.mark.parametrize(
    ("kind", "endpoint"),
    [
        (kind, endpoint)
        for endpoint in ("customerio.metrics", "customerio.journey_metrics")
        for kind in ("null_series", "missing_sent", "wrong_length", "text_number", "strange_shape")
    ]
    + [(kind, "mixpanel.query.events") for kind in ("text_number", "strange_shape", "null_series")],
)
def test_a_spoiled_number_is_never_a_number(sandbox: Sandbox, kind: str, endpoint: str) -> None:
    sandbox.fail(kind, endpoint=endpoint, at=1, times=None)
    with pytest.raises(UnexpectedShape) as caught:
        FETCHERS[endpoint](sandbox, PATIENCE)
    assert caught.value.field


def test_a_daily_quota_ends_customerio_with_what_is_complete(sandbox: Sandbox) -> None:
    sandbox.fail("too_many_requests", endpoint="customerio.metrics", at=2, times=None, retry_after=None)
    client = sandbox_customerio(sandbox)
    found: list[Any] = []
    with pytest.raises(RateLimited) as caught:
        found.extend(
            fetch_each([17, 18], lambda i: fetch_campaign_metrics(client, i, FIRST, LAST, ZONE, sandbox.now), workers=1)
        )
    assert caught.value.final


def test_one_broken_campaign_stops_no_other(sandbox: Sandbox) -> None:
    for kind in ("server_error", "strange_shape", "null_series", "forbidden", "bad_request", "cut", "html"):
        sandbox.mend()
        sandbox.fail(kind, endpoint="customerio.metrics", at="every", times=None, campaign=17)
        client = sandbox_customerio(sandbox)

        def fetch_one(campaign_id: int, client: Any = client) -> Any:
            return fetch_campaign_metrics(client, campaign_id, FIRST, LAST, ZONE, sandbox.now)

        found = {one.campaign_id: type(one).__name__ for one in fetch_each([17, 18], fetch_one)}
        assert found == {17: "CampaignRefused", 18: "Fetched"}, kind
    sandbox.mend()
    sandbox.fail("not_found", endpoint="customerio.metrics", at="every", times=None, campaign=17)
    found = {one.campaign_id: type(one).__name__ for one in fetch_each([17, 18], fetch_one)}
    assert found == {17: "CampaignGone", 18: "Fetched"}


@pytest.mark.parametrize("kind", ["terminated_early", "cut", "cut_gzip", "stall", "strange_shape", "html"])
@pytest.mark.parametrize("lasting", [False, True])
def test_an_export_window_is_whole_or_not_collected(sandbox: Sandbox, kind: str, lasting: bool) -> None:
    client = sandbox_mixpanel(sandbox, patience_with(kind))
    first = FIRST + timedelta(days=20)
    clean = exported(client, first, sandbox)
    sandbox.forget_requests()
    sandbox.fail(kind, endpoint="mixpanel.export", at=5, times=None if lasting else 1)
    broken = exported(client, first, sandbox)
    missing = set(clean) - set(broken)
    assert {day: broken[day] for day in broken} == {day: clean[day] for day in broken}, "what is there is right"
    if lasting or kind == "html":
        assert 1 <= len(missing) <= 2, "the local days that the window has a part of"
    else:
        assert not missing


def exported(client: Any, first: date, sandbox: Sandbox) -> dict[date, dict[str, int]]:
    """Exported counts by day and event; a day that could not be read is not there."""
    days: dict[date, dict[str, int]] = {}
    for batch in fetch_exported_counts(client, first, LAST, ZONE, sandbox.now):
        if isinstance(batch, WindowFailed):
            assert "Mixpanel" in batch.reason
            continue
        assert isinstance(batch, CountedBatch)
        for i in range((batch.last_day - batch.first_day).days + 1):
            day = batch.first_day + timedelta(days=i)
            days[day] = {one.event: one.counts[day] for one in batch.counts if day in one.counts}
    return days


@pytest.mark.parametrize("kind", ["terminated_early", "cut", "cut_gzip"])
def test_a_property_profile_is_whole_or_an_error(sandbox: Sandbox, kind: str) -> None:
    client = sandbox_mixpanel(sandbox, patience_with(kind))
    clean = fetch_property_profiles(client, ["invite_sent"], LAST, ZONE, sandbox.now)
    sandbox.forget_requests()
    sandbox.fail(kind, endpoint="mixpanel.export", at=1, times=1)
    assert fetch_property_profiles(client, ["invite_sent"], LAST, ZONE, sandbox.now) == clean
    sandbox.forget_requests()
    sandbox.fail(kind, endpoint="mixpanel.export", at="every", times=None)
    with pytest.raises(ExportCutOff):
        fetch_property_profiles(client, ["invite_sent"], LAST, ZONE, sandbox.now)


def test_every_request_is_as_the_official_descriptions_say() -> None:
    require_descriptions()
    world = demo_world(date(2026, 11, 24))
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        first, last = date(2026, 10, 25), date(2026, 11, 23)
        mixpanel, customerio = sandbox_mixpanel(sandbox), sandbox_customerio(sandbox)
        zone = ZoneInfo(fetch_time_zone(mixpanel) or "UTC")
        listed = fetch_event_names(mixpanel, first, last, date(2026, 11, 24))
        list(fetch_event_counts(mixpanel, listed.names, first, last, date(2026, 11, 24)))
        list(fetch_exported_counts(mixpanel, last, last, zone, sandbox.now))
        assert fetch_property_profiles(mixpanel, listed.names[:3], last, zone, sandbox.now)
        assert fetch_definitions(mixpanel).records
        ids = [campaign.campaign_id for campaign in fetch_campaigns(customerio).campaigns]
        for fetch_one in (
            lambda i: fetch_campaign_metrics(customerio, i, first, last, zone, sandbox.now),
            lambda i: fetch_journey_metrics(customerio, i, first, last, zone, sandbox.now),
            lambda i: fetch_messages(customerio, i),
            lambda i: fetch_failures(customerio, i),
        ):
            assert all(isinstance(one, Fetched) for one in fetch_each(ids, fetch_one))
        assert len(sandbox.requests) > 4 * len(ids)
        assert request_violations(sandbox.requests) == []


def test_a_run_takes_as_few_requests_as_can_be() -> None:
    world = generated_world(campaigns=60, events=300, days=40)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        mixpanel, customerio = sandbox_mixpanel(sandbox), sandbox_customerio(sandbox)
        today = sandbox.now.astimezone(world.zone).date()
        first, last = today - timedelta(days=8), today - timedelta(days=1)
        listed = fetch_event_names(mixpanel, first, last, today)
        list(fetch_event_counts(mixpanel, listed.names, first, last, today))
        ids = [campaign.campaign_id for campaign in fetch_campaigns(customerio).campaigns]
        list(fetch_each(ids, lambda i: fetch_campaign_metrics(customerio, i, first, last, world.zone, sandbox.now)))
        list(fetch_each(ids, lambda i: fetch_journey_metrics(customerio, i, first, last, world.zone, sandbox.now)))
        assert len(ids) == 60
        assert sandbox.count("customerio") == customerio.requests_sent == 1 + 2 * 60
        assert sandbox.count("mixpanel.query.names") == 1
        assert sandbox.count("mixpanel.query.events") <= 3
        assert all(request.status == 200 for request in sandbox.requests)
