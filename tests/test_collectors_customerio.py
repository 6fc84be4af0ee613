"""Campaigns and what they sent: labelled days or none, one campaign's failure its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign_health.sandbox.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from collectors.customerio import (
    CampaignList,
    CustomerioClient,
    Fetched,
    fetch_campaign_metrics,
    fetch_campaigns,
    fetch_each,
    fetch_failures,
    fetch_journey_metrics,
    fetch_messages,
    with_messages,
)
from collectors.customerio.echoed_window import echoed_instant
from collectors.customerio.failures import parse_failures
from collectors.customerio.journeys import hour_bounds
from collectors.customerio.trigger import trigger_kind
from collectors.errors import (
    AuthenticationFailed,
    CollectorError,
    Forbidden,
    NotFound,
    RateLimited,
    RequestRefused,
    ServiceFailed,
    UnexpectedShape,
    UnusableSetting,
)
from storage.records import CampaignGone, CampaignRefused
from tests.collectors_cast import KEY, Reply, customerio_at, sandbox_customerio, scripted
from tests.sandbox_cast import FIRST, small_world

NEW_YORK = ZoneInfo("America/New_York")
UTC_ZONE = ZoneInfo("UTC")
A, B, C = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ECHO = "2026-11-20 00:00:00 +0000 UTC"
ZONES = ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Auckland", "UTC"]


def campaign(**changes: Any) -> dict[str, Any]:
    """A campaign as the fact sheet shows it."""
    return {
        "id": 17,
        "deduplicate_id": "17:1790000000",
        "name": "Trial welcome",
        "type": "event",
        "state": "running",
        "active": True,
        "created": 1767225600,
        "updated": 1788000000,
        "first_started": 1767312000,
        "tags": ["lifecycle"],
        "event_name": " trial_started ",
        "filter_segment_ids": [22, 21],
        "actions": [{"id": 259, "type": "email"}],
        "created_by": "someone@example.test",
    } | changes


def listed(*entries: Any) -> Any:
    """What the collector makes of a list of campaigns."""
    with scripted(Reply(body={"campaigns": list(entries)})) as server:
        return fetch_campaigns(customerio_at(server.url))


def test_a_campaign_is_read_with_its_trimmed_trigger_event() -> None:
    (record,) = listed(campaign()).campaigns
    assert (record.campaign_id, record.name, record.state, record.active) == (17, "Trial welcome", "running", True)
    assert (record.trigger_kind, record.event, record.tags) == ("event", "trial_started", ["lifecycle"])
    assert record.created == datetime(2026, 1, 1, tzinfo=UTC)
    assert record.first_started == datetime(2026, 1, 2, tzinfo=UTC)
    assert record.messages is None
    assert record.definition == {
        "name": "Trial welcome",
        "state": "running",
        "event_name": "trial_started",
        "tags": ["lifecycle"],
        "filter_segment_ids": [21, 22],
    }


def test_unknown_states_are_kept_and_drafts_have_no_start() -> None:
    found = listed(campaign(state="archived", active=None), campaign(id=2, state="draft", first_started=0)).campaigns
    assert next((one.state, one.active, one.first_started) for one in found)[:2] == ("archived", None)
    assert found[1].first_started is None


def test_an_update_without_its_own_field_is_read_from_the_change_marker() -> None:
    (record,) = listed(campaign(updated=None)).campaigns
    assert record.updated == datetime.fromtimestamp(1790000000, UTC)


def test_a_filter_as_text_and_as_an_object_are_the_same_definition() -> None:
    rule = {"and": [{"object_attribute": {"type_id": 1, "field": "plan", "operator": "eq", "value": "pro"}}]}
    text = '{"and":[{"object_attribute":{"type_id":1,"field":"plan","operator":"eq","value":"pro"}}]}'
    first, second = listed(
        campaign(filter_object_attributes=rule), campaign(id=2, filter_object_attributes=text)
    ).campaigns
    assert first.definition == second.definition


def test_what_does_not_tell_a_change_is_not_in_the_definition() -> None:
    first, second = listed(
        campaign(), campaign(id=2, updated=1, deduplicate_id="x", active=False, actions=[])
    ).campaigns
    assert first.definition == second.definition


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"event_name": "e", "type": "segment"}, "event"),
        ({"trigger_segment_ids": [3], "event_name": ""}, "segment"),
        ({"trigger_segment_ids": [3], "event_name": "e", "type": "segment"}, "segment"),
        ({"trigger_segment_ids": [3], "event_name": "e"}, "event"),
        ({"date_attribute": "birthday"}, "date"),
        ({"webhook_id": 4}, "webhook"),
        ({"object_type_id": 1, "relationship_attribute_triggers": "{}"}, "relationship"),
        ({"object_type_id": 1, "object_attribute_triggers": {}}, "object"),
        ({"type": "form"}, "form"),
        ({"event_name": "", "type": "event"}, "event"),
        ({"type": "moonphase"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_kind_of_trigger_is_told_by_the_fields_and_type_only_breaks_ties(fields: dict[str, Any], kind: str) -> None:
    assert trigger_kind(fields) == kind
    (record,) = listed(campaign(type=None, event_name=None, filter_segment_ids=[]) | fields).campaigns
    assert record.trigger_kind == kind
    assert record.event == ("e" if kind == "event" and fields["event_name"] else None), "an event's trigger only"


@pytest.mark.parametrize("broken", [{"state": None}, {"name": 3}, {"tags": "x"}, {"created": "yesterday"}])
def test_one_campaign_of_a_strange_shape_is_refused_by_itself(broken: dict[str, Any]) -> None:
    found = listed(campaign(id=1), campaign(id=2, **broken), campaign(id=3))
    assert [one.campaign_id for one in found.campaigns] == [1, 3]
    assert [one.campaign_id for one in found.refused] == [2]
    assert next(iter(broken)) in found.refused[0].reason


@pytest.mark.parametrize("body", [{}, {"campaigns": None}, [], {"campaigns": [{"name": "no id"}]}, {"campaigns": [7]}])
def test_a_strange_list_of_campaigns_is_an_error_and_not_an_empty_workspace(body: Any) -> None:
    with scripted(Reply(body=body)) as server, pytest.raises(UnexpectedShape):
        fetch_campaigns(customerio_at(server.url))


def test_an_empty_workspace_is_empty() -> None:
    assert listed() == CampaignList(())


def test_a_list_that_comes_in_pages_is_followed() -> None:
    pages = [
        Reply(body={"campaigns": [campaign(id=1)], "next": "MTA="}),
        Reply(body={"campaigns": [campaign(id=2)], "next": ""}),
    ]
    with scripted(*pages) as server:
        found = fetch_campaigns(customerio_at(server.url))
        assert [asked.query for asked in server.asked] == [{}, {"start": "MTA="}]
    assert [one.campaign_id for one in found.campaigns] == [1, 2]


# --- messages ---------------------------------------------------------------------------------------------------


def action(**changes: Any) -> dict[str, Any]:
    """An e-mail of campaign 17."""
    return {
        "id": 259,
        "campaign_id": 17,
        "name": "Day 0",
        "type": "email",
        "sending_state": "automatic",
        "subject": "Hi {{customer.first_name | default: 'you'}}",
        "preheader_text": None,
        "body": "<p>Your {{event.plan}} plan. {% if event.seats %}{{event.seats}}{% endif %} Our secret offer</p>",
        "from": "team@example.test",
        "recipient": "{{customer.email}}",
        "headers": '[{"name":"X-Plan","value":"{{event.tier}}"}]',
        "updated": 1788000000,
    } | changes


def messages_of(*pages: Reply) -> list[Any]:
    """The messages of campaign 17."""
    with scripted(*pages) as server:
        return fetch_messages(customerio_at(server.url), 17)


def test_messages_keep_the_variables_and_never_the_text() -> None:
    (message,) = messages_of(Reply(body={"actions": [action()]}))
    assert list(message.required_variables) == ["customer.email", "event.plan", "event.tier"]
    assert set(message.optional_variables) == {"customer.first_name", "event.seats"}
    assert (message.sending_state, message.type, message.problem) == ("automatic", "email", None)
    assert "secret offer" not in repr(message)


def test_webhooks_and_text_messages_are_read_too() -> None:
    webhook = {
        "id": 1,
        "type": "webhook",
        "url": "https://x.test/{{event.id}}",
        "method": "POST",
        "body": "{{event.n}}",
    }
    sms = {"id": 2, "type": "twilio", "body": "{{event.code}}", "recipient": "", "sending_state": "draft"}
    first, second = messages_of(Reply(body={"actions": [webhook, sms]}))
    assert list(first.required_variables) == ["event.id", "event.n"]
    assert (first.sending_state, second.sending_state) == (None, "draft")


def test_unreadable_liquid_is_a_problem_named_by_its_field() -> None:
    (message,) = messages_of(Reply(body={"actions": [action(subject="{% if event.x %}never closed {{")]}))
    assert message.problem is not None
    assert message.problem.startswith("subject: ")


def test_all_pages_of_messages_are_read_and_translations_are_one_message() -> None:
    first = Reply(body={"actions": [action(id=i) for i in range(10)], "next": "MTA="})
    second = Reply(body={"actions": [action(id=3, language="fr", body="{{event.prix}}")]})
    found = messages_of(first, second)
    assert [one.message_id for one in found] == list(range(10))
    assert "event.prix" in found[3].required_variables
    assert "event.plan" in found[3].required_variables


def test_pages_that_lead_in_a_circle_are_an_error() -> None:
    with pytest.raises(UnexpectedShape, match="circle"):
        messages_of(Reply(body={"actions": [], "next": "MTA="}))


@pytest.mark.parametrize("body", [{}, {"actions": None}, {"actions": [{"type": "email"}]}, {"actions": [{"id": 1}]}])
def test_strange_messages_are_an_error(body: Any) -> None:
    with pytest.raises(UnexpectedShape):
        messages_of(Reply(body=body))


def test_messages_become_part_of_the_definition() -> None:
    (record,) = listed(campaign()).campaigns
    found = messages_of(Reply(body={"actions": [action(id=2), action(id=1, sending_state="draft")]}))
    whole = with_messages(record, found)
    assert [one["id"] for one in whole.definition["messages"]] == [1, 2]
    assert whole.definition["messages"][0]["sending_state"] == "draft"
    assert len(whole.messages or ()) == 2
    assert "messages" not in record.definition


# --- metrics ----------------------------------------------------------------------------------------------------


def metrics_answer(series: Any, start: Any = ECHO) -> Reply:
    """A metrics answer that begins on the 20th."""
    return Reply(
        body={"start": start, "end": "2026-11-22 00:00:00 +0000 UTC", "res": "days", "metric": {"series": series}}
    )


def metrics_of(reply: Reply, zone: ZoneInfo = UTC_ZONE) -> Any:
    """Campaign 17's metrics from A to C."""
    with scripted(reply) as server:
        return fetch_campaign_metrics(customerio_at(server.url), 17, A, C, zone, NOW)


def test_metrics_are_asked_for_by_version_two_with_zone_and_window() -> None:
    reply = metrics_answer({"sent": [1, 2, 3]}, "2026-11-20 00:00:00 -0500 EST")
    with scripted(reply) as server:
        fetch_campaign_metrics(customerio_at(server.url), 17, A, C, NEW_YORK, NOW)
        (asked,) = server.asked
    assert asked.path == "/v1/campaigns/17/metrics"
    start = int(datetime(2026, 11, 20, tzinfo=NEW_YORK).timestamp())
    assert asked.query == {
        "version": "2",
        "res": "days",
        "tz": "America/New_York",
        "start": str(start),
        "end": str(start + 3 * 86400 - 1),
    }
    assert asked.headers["authorization"] == f"Bearer {KEY}"


def test_series_are_kept_by_name_also_those_nobody_knows() -> None:
    found = metrics_of(
        metrics_answer({"sent": [118, 117, 0], "opened": [60, None, 0], "brand_new": [1, 2, 3], "2xx": None})
    )
    assert list(found.days) == [A, B, C]
    assert found.series == {"sent": [118, 117, 0], "opened": [60, None, 0], "brand_new": [1, 2, 3]}


@pytest.mark.parametrize(
    ("series", "field"),
    [
        (None, "metric.series"),
        ({}, "metric.series.sent"),
        ({"sent": None, "opened": [1, 2, 3]}, "metric.series.sent"),
        ({"sent": [1, None, 3]}, "metric.series.sent[1]"),
        ({"sent": [1, "2", 3]}, "metric.series.sent[1]"),
        ({"sent": [1, -2, 3]}, "metric.series.sent[1]"),
        ({"sent": [1, True, 3]}, "metric.series.sent[1]"),
        ({"sent": [1, 2]}, "metric.series.sent"),
        ({"sent": [1, 2, 3, 4]}, "metric.series.sent"),
        ({"sent": []}, "metric.series.sent"),
        ({"sent": [1, 2, 3], "opened": [1]}, "metric.series.opened"),
        ({"sent": [1, 2, 3], "opened": 4}, "metric.series.opened"),
    ],
)
def test_a_series_that_cannot_be_trusted_is_an_error_and_never_zero(series: Any, field: str) -> None:
    with pytest.raises(UnexpectedShape) as caught:
        metrics_of(metrics_answer(series))
    assert caught.value.field == field


def test_days_are_labelled_from_the_echo_and_not_from_the_request() -> None:
    found = metrics_of(metrics_answer({"sent": [9, 1, 2, 3]}, "2026-11-19 00:00:00 +0000 UTC"))
    assert list(found.days) == [A, B, C]
    assert found.series["sent"] == [1, 2, 3]
    late = metrics_of(metrics_answer({"sent": [2, 3]}, "2026-11-21 00:00:00 +0000 UTC"))
    assert (list(late.days), late.series["sent"]) == ([B, C], [2, 3]), "the first day was not answered: it has no row"


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-19 00:00:00 +0000 UTC",
        "2026-11-20 05:00:00 +0000 UTC",
        "2026-11-20 00:00:00 -0500 EST",
        "2026-11-23 00:00:00 +0000 UTC",
        "2026-11-20 00:00:00",
        "soon",
        1795651200,
        None,
    ],
)
def test_days_that_cannot_be_told_are_an_error(start: Any) -> None:
    with pytest.raises(UnexpectedShape) as caught:
        metrics_of(metrics_answer({"sent": [1, 2, 3]}, start))
    assert caught.value.field in ("start", "metric.series.sent")


@pytest.mark.parametrize(
    "printed",
    [
        "2026-11-20 00:00:00 +0000 UTC",
        "2026-11-20 00:00:00 +0000 +0000",
        "2026-11-20 00:00:00 +0000 UTC m=+0.000000001",
        "2026-11-19 19:00:00 -0500 EST",
        "2026-11-20T00:00:00Z",
        "2026-11-20T05:30:00+05:30",
        "2026-11-20 00:00:00.000 +0000 UTC",
    ],
)
def test_echoed_times_are_read_as_go_and_as_iso_print_them(printed: str) -> None:
    assert echoed_instant(printed) == datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize("zone", [*ZONES, "America/Santiago", "Africa/Cairo"])
def test_metrics_are_the_worlds_in_every_zone_and_over_a_clock_change(zone: str) -> None:
    world = small_world(time_zone=zone)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        client = sandbox_customerio(sandbox)
        last = FIRST + timedelta(days=34)
        found = fetch_campaign_metrics(client, 17, FIRST, last, ZoneInfo(zone), sandbox.now)
        journeys = fetch_journey_metrics(client, 17, FIRST, last, ZoneInfo(zone), sandbox.now)
    assert list(found.days) == list(journeys.days) == [FIRST + timedelta(days=i) for i in range(35)]
    truth = world.campaigns[17]
    for name in ("sent", "created", "failed", "opened"):
        assert list(found.series[name]) == truth.series[name][:35].tolist()
    if zone not in ("Australia/Lord_Howe", "Asia/Kolkata"):
        for name in ("started", "activated"):
            assert list(journeys.series[name]) == truth.journeys[name][:35].tolist()
    else:
        total = sum(value or 0 for value in journeys.series["started"])
        assert abs(total - int(truth.journeys["started"][:35].sum())) <= 5, "half an hour moves at each end"


def test_today_is_asked_for_as_far_as_it_has_come() -> None:
    world = small_world(time_zone="America/New_York")
    today = FIRST + timedelta(days=35)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        client = sandbox_customerio(sandbox)
        found = fetch_campaign_metrics(client, 17, today - timedelta(days=1), today, NEW_YORK, sandbox.now)
        journeys = fetch_journey_metrics(client, 17, today - timedelta(days=1), today, NEW_YORK, sandbox.now)
    truth = world.campaigns[17]
    assert found.series["sent"][0] == truth.series["sent"][34]
    assert 0 < (found.series["sent"][1] or 0) < truth.series["sent"][35]
    assert 0 < (journeys.series["started"][1] or 0) < truth.journeys["started"][35]


# --- journeys ---------------------------------------------------------------------------------------------------


def journeys_of(value: Any, zone: ZoneInfo = UTC_ZONE) -> Any:
    """Campaign 17's journeys from A to C, and what was asked."""
    with scripted(Reply(body={"journey_metric": value})) as server:
        return fetch_journey_metrics(customerio_at(server.url), 17, A, C, zone, NOW), server.asked[0].query


def test_journeys_are_asked_for_by_the_hour_and_summed_into_days() -> None:
    started = [1] * 24 + [2] * 24 + [0] * 24
    found, asked = journeys_of({"started": started, "activated": [None, *started[1:]]})
    start = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())
    assert asked == {"start": str(start), "end": str(start + 3 * 86400 - 1), "resolution": "hours", "res": "hours"}
    assert found.series["started"] == [24, 48, 0]
    assert found.series["activated"] == [None, 48, 0], "a day with an unknown hour is unknown, not less"


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, "journey_metric"),
        ({}, "journey_metric.started"),
        ({"started": None}, "journey_metric.started"),
        ({"started": [1] * 71}, "journey_metric.started"),
        ({"started": [1] * 73}, "journey_metric.started"),
        ({"started": [None] + [1] * 71}, "journey_metric.started[0]"),
        ({"started": [1] * 72, "exited_early": [1]}, "journey_metric.exited_early"),
    ],
)
def test_journeys_that_cannot_be_trusted_are_an_error(value: Any, field: str) -> None:
    with pytest.raises(UnexpectedShape) as caught:
        journeys_of(value)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Asia/Kolkata", date(2026, 11, 20), 24),
        ("Asia/Kathmandu", date(2026, 11, 20), 24),
        ("UTC", date(2028, 2, 29), 24),
    ],
)
def test_a_day_has_as_many_hours_as_its_clocks_show(zone: str, day: date, hours: int) -> None:
    begin, end = hour_bounds(day, day, ZoneInfo(zone), datetime(2030, 1, 1, tzinfo=UTC))
    assert end - begin == hours


def test_half_hour_zones_are_moved_to_the_nearest_hour() -> None:
    far = datetime(2030, 1, 1, tzinfo=UTC)
    midnight = int(datetime(2026, 11, 19, 18, 0, tzinfo=UTC).timestamp()) // 3600
    assert hour_bounds(A, A, ZoneInfo("Asia/Kolkata"), far)[0] == midnight + 1, "18:30 UTC, the later hour"
    assert hour_bounds(A, A, ZoneInfo("Asia/Kathmandu"), far)[0] == midnight, "18:15 UTC, the nearer hour"


# --- failures ---------------------------------------------------------------------------------------------------


def test_failures_are_distinct_reasons_and_nothing_personal() -> None:
    rows = [
        {"failure_message": "Variable 'event.plan' is missing", "recipient": "a@example.test"},
        {"failure_message": "Variable 'event.plan' is missing", "recipient": "b@example.test"},
        {"failure_message": "550 5.1.1 <bob+x@mail.example.test>: unknown, call +44 20 7946 0018 or 4915112345678"},
        {"failure_message": ""},
        {"failure_message": None},
    ]
    with scripted(Reply(body={"messages": rows, "next": "x"})) as server:
        found = fetch_failures(customerio_at(server.url), 17)
        assert server.asked[0].query == {"metric": "failed", "limit": "10"}
        assert len(server.asked) == 1
    assert found.failure_messages == (
        "Variable 'event.plan' is missing",
        "550 5.1.1 <(address)>: unknown, call (number) or (number)",
    )
    assert "example.test" not in repr(found)


def test_strange_failures_are_an_error() -> None:
    with pytest.raises(UnexpectedShape):
        parse_failures({"messages": None}, CustomerioClient(KEY).reader("/x"))


# --- several ----------------------------------------------------------------------------------------------------


def fetched(ids: list[int], fetch_one: Callable[[int], int], **changes: Any) -> tuple[list[Any], CollectorError | None]:
    """Everything that was yielded, and what it ended with."""
    found: list[Any] = []
    try:
        found.extend(fetch_each(ids, fetch_one, **changes))
    except CollectorError as error:
        return found, error
    return found, None


def failing(error: CollectorError, *bad: int) -> Callable[[int], int]:
    """Fetches ten times the id, but raises for the bad ones."""

    def fetch_one(campaign_id: int) -> int:
        if campaign_id in bad:
            raise error
        return campaign_id * 10

    return fetch_one


def test_many_campaigns_are_fetched_several_at_once() -> None:
    together = threading.Barrier(4, timeout=5)

    def fetch_one(campaign_id: int) -> int:
        together.wait()
        return campaign_id

    told: list[tuple[int, int | None, str]] = []
    found, error = fetched(list(range(1, 9)), fetch_one, workers=4, progress=lambda *seen: told.append(seen))
    assert error is None
    assert sorted(one.campaign_id for one in found) == list(range(1, 9))
    assert told[-1] == (8, 8, "campaigns")


@pytest.mark.parametrize(
    "failure",
    [
        UnexpectedShape("strange", field="x"),
        RequestRefused("refused"),
        ServiceFailed("failed"),
        Forbidden("not this one"),
    ],
)
def test_one_campaigns_failure_stops_no_other(failure: CollectorError) -> None:
    found, error = fetched(list(range(1, 30)), failing(failure, 7), workers=2)
    assert error is None
    assert [one for one in found if isinstance(one, CampaignRefused)] == [CampaignRefused(7, failure.message)]
    assert sum(isinstance(one, Fetched) for one in found) == 28


def test_a_campaign_that_is_gone_is_noted_and_no_failure() -> None:
    found, error = fetched([1, 2], failing(NotFound("gone"), 2))
    assert error is None
    assert CampaignGone(2) in found


def test_a_service_that_knows_no_campaign_has_not_lost_them_all() -> None:
    found, error = fetched(list(range(1, 1000)), failing(NotFound("nothing here"), *range(2, 1000)), workers=1)
    assert isinstance(error, NotFound)
    assert found[0] == Fetched(1, 10)
    assert found[1:] == [CampaignRefused(i, "nothing here") for i in range(2, 7)]
    found, error = fetched(list(range(1, 1000)), failing(NotFound("nothing here"), *range(1, 1000)), workers=8)
    assert isinstance(error, NotFound)
    assert {type(one) for one in found} == {CampaignRefused}
    assert len(found) < 30


@pytest.mark.parametrize("failure", [AuthenticationFailed("key"), RateLimited("quota")])
def test_a_wrong_key_or_a_spent_quota_stops_all_and_keeps_what_is_complete(failure: CollectorError) -> None:
    found, error = fetched(list(range(1, 1000)), failing(failure, *range(5, 1000)), workers=1)
    assert error is failure
    assert [one for one in found if isinstance(one, Fetched)] == [Fetched(i, i * 10) for i in range(1, 5)]
    assert len(found) == 5


@pytest.mark.parametrize("failure", [ServiceFailed("down"), Forbidden("no scope")])
def test_a_service_that_fails_on_every_campaign_is_not_asked_about_all_of_them(failure: CollectorError) -> None:
    found, error = fetched(list(range(1, 1000)), failing(failure, *range(1, 1000)), workers=2)
    assert error is failure
    assert len(found) < 10


def test_leaving_early_asks_for_no_more() -> None:
    asked: list[int] = []

    def fetch_one(campaign_id: int) -> int:
        asked.append(campaign_id)
        return campaign_id

    for _ in fetch_each(range(1, 1000), fetch_one, workers=2):
        break
    assert len(asked) < 10


def test_an_unexpected_bug_is_not_swallowed() -> None:
    def fetch_one(campaign_id: int) -> int:
        return campaign_id // 0

    with pytest.raises(ZeroDivisionError):
        list(fetch_each([1], fetch_one))


def test_a_region_that_does_not_exist_is_refused_at_once() -> None:
    with pytest.raises(UnusableSetting, match="mars"):
        CustomerioClient(KEY, region="mars")
    assert CustomerioClient(KEY, region="eu").address("/campaigns") == "https://api-eu.customer.io/v1/campaigns"
