"""The sandbox speaks as the official descriptions say."""

from __future__ import annotations

import json
from datetime import date

import pytest
import requests

from campaign_health.demo.world.stories import demo_world
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.http.request_log import RecordedRequest
from campaign_health.sandbox.server import Sandbox, running_sandbox
from tests.openapi import DEVIATIONS, _paths, answer_violations, request_violations, require_descriptions

TODAY = date(2026, 11, 24)


def ask(sandbox: Sandbox, base: str, path: str = "", **parameters: object) -> requests.Response:
    """One request with the sandbox's own credentials."""
    if base == sandbox.customerio_url:
        headers = {"Authorization": f"Bearer {sandbox.keys.app_api_key}"}
        return requests.get(base + path, params=parameters, headers=headers, timeout=10)
    if base != sandbox.mixpanel_app_url:
        parameters["project_id"] = sandbox.world.project_id
    key = (sandbox.keys.service_account, sandbox.keys.service_secret)
    return requests.get(base + path, params=parameters, auth=key, timeout=10)


def ask_everything(sandbox: Sandbox) -> None:
    """A request to every documented endpoint the sandbox has, of every campaign."""
    query, app, customerio = sandbox.mixpanel_query_url, sandbox.mixpanel_app_url, sandbox.customerio_url
    window = {"from_date": "2026-11-01", "to_date": "2026-11-23"}
    names = ask(sandbox, query, "/events/names", type="general", limit=5000, **window).json()
    ask(sandbox, query, "/events", type="general", unit="day", event=json.dumps(names), **window)
    ask(sandbox, query, "/events/top", type="general", limit=10)
    ask(sandbox, query, "/events/properties/top", event="team_invite_sent", limit=255)
    ask(sandbox, query, "/events/properties/values", event="team_invite_sent", name="plan")
    ask(
        sandbox,
        query,
        "/events/properties",
        event="report_exported",
        name="platform",
        type="general",
        unit="day",
        **window,
    )
    ask(sandbox, query, "/segmentation", event="report_exported", on='properties["platform"]', **window)
    ask(sandbox, sandbox.mixpanel_export_url, from_date="2026-11-01", to_date="2026-11-01", event='["payment_failed"]')
    ask(sandbox, app, "/me")
    ask(sandbox, app, "/projects/4242/schemas")
    ask(sandbox, app, "/projects/4242/schemas/event")
    ask(sandbox, app, "/projects/4242/schemas/event/project.created")
    for path in ("/campaigns", "/workspaces", "/segments"):
        ask(sandbox, customerio, path)
    seconds = {"start": 1793595600, "end": 1795496399}
    for campaign in sandbox.world.campaigns.values():
        base = f"/campaigns/{campaign.id}"
        ask(sandbox, customerio, base)
        cursor = ask(sandbox, customerio, f"{base}/actions").json()["next"]
        if cursor:
            ask(sandbox, customerio, f"{base}/actions", start=cursor)
        ask(sandbox, customerio, f"{base}/actions/{campaign.messages[0].id}")
        ask(sandbox, customerio, f"{base}/metrics", version="2", res="days", tz="America/New_York", **seconds)
        ask(sandbox, customerio, f"{base}/metrics", version="1", period="days", steps="7")
        ask(sandbox, customerio, f"{base}/journey_metrics", resolution="hours", **seconds)
        ask(sandbox, customerio, f"{base}/messages", metric="failed", limit=10)


def test_every_request_and_every_answer_fits_the_official_descriptions() -> None:
    require_descriptions()
    with running_sandbox(demo_world(TODAY), limits=Limits.unlimited(), keep_bodies=True) as sandbox:
        ask_everything(sandbox)
        logged = sandbox.requests
    assert {request.status for request in logged} == {200}
    assert request_violations(logged) == []
    assert answer_violations(logged) == []


def test_every_refusal_fits_the_official_descriptions() -> None:
    require_descriptions()
    with running_sandbox(demo_world(TODAY), limits=Limits.unlimited(), keep_bodies=True) as sandbox:
        for kind in ("unauthorized", "forbidden"):
            sandbox.mend()
            sandbox.fail(kind, at="every", times=None)
            ask_everything_refused = ask(sandbox, sandbox.mixpanel_app_url, "/projects/4242/schemas")
            assert ask_everything_refused.status_code in (401, 403)
        for request in sandbox.requests:
            request.fault = None
        assert answer_violations(sandbox.requests) == []


@pytest.mark.parametrize(
    ("server", "path", "query", "problem"),
    [
        (
            "customerio",
            "/v1/campaigns/17/journey_metrics",
            {"res": "days", "start": "1", "end": "2"},
            "'resolution' is missing",
        ),
        ("customerio", "/v1/campaigns/17/metrics", {"version": "2", "res": "day", "tz": "UTC"}, "'res'"),
        (
            "customerio",
            "/v1/campaigns/17/metrics",
            {"version": "2", "res": "days", "start": "1", "end": "2"},
            "'tz' is missing",
        ),
        ("customerio", "/v1/campaigns/17/actions", {"next": "MTA="}, "'next' does not exist"),
        ("customerio", "/v1/campaigns/seventeen", {}, "'campaign_id'"),
        ("customerio", "/v1/campaigns/17/messages", {"limit": "5000"}, "'limit'"),
        ("customerio", "/v1/campaigns/17/statistics", {}, "not described"),
        ("mixpanel-query", "/events", {"event": "[]", "type": "general", "unit": "day"}, "'project_id' is missing"),
        ("mixpanel-query", "/events/names", {"project_id": "x", "type": "general"}, "'project_id'"),
        ("mixpanel-query", "/events/names", {"project_id": "1", "type": "total"}, "'type'"),
        ("mixpanel-export", "/export", {"from_date": "2026-11-01", "project_id": "1"}, "'to_date' is missing"),
        ("mixpanel-app", "/projects/abc/schemas", {}, "'projectId'"),
    ],
)
def test_a_mistaken_request_is_found_out(server: str, path: str, query: dict[str, str], problem: str) -> None:
    request = RecordedRequest(1, server, "", "GET", path, list(query.items()), {}, 200)
    assert any(problem in violation for violation in request_violations([request]))


def test_a_mistaken_answer_is_found_out() -> None:
    body = json.dumps({"journey_metric": {"started": ["many"]}}).encode()
    request = RecordedRequest(1, "customerio", "", "GET", "/v1/campaigns/17/journey_metrics", [], {}, 200, body=body)
    assert len(answer_violations([request])) == 1


def test_every_deviation_is_still_one() -> None:
    require_descriptions()
    for deviation in DEVIATIONS:
        item = _paths(deviation.server).get(deviation.path)
        if deviation.kind == "path exists":
            assert item is None
            continue
        assert item is not None
        listed = {
            entry["name"]: entry.get("required", False)
            for entry in [*item.get("parameters", []), *item.get("get", {}).get("parameters", [])]
        }
        if deviation.kind == "parameter exists":
            assert deviation.name not in listed
        if deviation.kind == "parameter is required":
            assert not listed.get(deviation.name)
        if deviation.kind == "parameter is not required":
            assert listed[deviation.name]
