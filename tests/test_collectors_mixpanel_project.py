"""A project's time zone is found, and settings that cannot work are refused at once."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.errors import AuthenticationFailed, UnusableSetting
from collectors.mixpanel import MixpanelClient, MixpanelProject, fetch_time_zone
from collectors.mixpanel.project import parse_time_zone
from tests.collectors_cast import SECRET, Reply, mixpanel_at, scripted


@pytest.mark.parametrize(
    ("body", "zone"),
    [
        ({"results": {"projects": {"4242": {"timezone": "US/Pacific"}, "1": {"timezone": "UTC"}}}}, "US/Pacific"),
        (
            {"results": {"projects": [{"id": 1, "timezone": "UTC"}, {"id": 4242, "timezone": "Asia/Tokyo"}]}},
            "Asia/Tokyo",
        ),
        ({"results": {"workspaces": [{"project_id": "4242", "timezone": "Europe/Paris"}]}}, "Europe/Paris"),
        ({"results": {"projects": {"1": {"timezone": "UTC"}}}}, None),
        ({"results": {"projects": {"4242": {"timezone": "Mars/Base"}}}}, "Mars/Base"),
        ({"results": {"projects": {"4242": {"timezone": ""}}}}, None),
        ({"results": {"projects": {"4242": {"timezone": 3}}}}, None),
        (None, None),
        (["4242"], None),
    ],
)
def test_the_time_zone_is_found_wherever_me_holds_it_or_not_at_all(body: Any, zone: str | None) -> None:
    assert parse_time_zone(body, 4242) == zone


def test_a_wrong_key_is_told_before_a_missing_zone() -> None:
    with scripted(Reply(401, {"status": "error", "error": "no"})) as server, pytest.raises(AuthenticationFailed):
        fetch_time_zone(mixpanel_at(server.url))
    with scripted(Reply(404, {})) as server:
        assert fetch_time_zone(mixpanel_at(server.url)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"project_id": "abc"},
        {"project_id": ""},
        {"service_account": "  "},
        {"service_secret": "ключ"},
        {"region": "mars"},
        {"query_url": "mixpanel.com"},
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(changes: dict[str, str]) -> None:
    arguments: dict[str, Any] = {"project_id": 4242, "service_account": "robot", "service_secret": SECRET, **changes}
    with pytest.raises(UnusableSetting) as caught:
        MixpanelClient(MixpanelProject(**arguments))
    assert SECRET not in str(caught.value)


def test_each_region_has_its_own_hosts() -> None:
    hosts = {
        region: [
            client.address("")
            for made in [MixpanelClient(MixpanelProject(1, "robot", SECRET, region))]
            for client in (made.query, made.export, made.app)
        ]
        for region in ("us", "eu", "in")
    }
    assert hosts["eu"] == [
        "https://eu.mixpanel.com/api/query",
        "https://data-eu.mixpanel.com/api/2.0/export",
        "https://eu.mixpanel.com/api/app",
    ]
    assert hosts["us"][1] == "https://data.mixpanel.com/api/2.0/export"
    assert hosts["in"][0] == "https://in.mixpanel.com/api/query"
