"""What a whole run asks: as the services document it, and as little as can be."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaign_health.demo.world.stories import demo_world
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
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
from collectors.mixpanel import (
    fetch_definitions,
    fetch_event_counts,
    fetch_event_names,
    fetch_exported_counts,
    fetch_property_profiles,
    fetch_time_zone,
)
from tests.collectors_cast import sandbox_customerio, sandbox_mixpanel
from tests.openapi import request_violations, require_descriptions


@pytest.mark.slow("faults")
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
