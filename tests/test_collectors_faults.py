"""Every fault of the sandbox, through the collectors: the truth, or a clear error, never a number that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from campaign_health.sandbox.server import Sandbox
from collectors.customerio import fetch_campaign_metrics, fetch_each
from collectors.errors import (
    AuthenticationFailed,
    CollectorError,
    Forbidden,
    NotFound,
    PlanForbids,
    RateLimited,
    RequestRefused,
    ServiceFailed,
    UnexpectedShape,
    Unreachable,
)
from tests.collectors_cast import sandbox_customerio
from tests.collectors_faults_cast import FETCHERS, LAST, PATIENCE, ZONE, patience_with
from tests.sandbox_cast import FIRST

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
