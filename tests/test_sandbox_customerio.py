"""The stand-in for Customer.io keeps the fact sheet's rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import requests

from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.world.day_bounds import midnight
from campaign_health.sandbox.world.world import DefinitionChange, FailureText
from tests.sandbox_cast import FIRST, customerio, metrics, small_world

NEW_YORK = ZoneInfo("America/New_York")
START = midnight(FIRST, NEW_YORK)
DAY = 86_400


def window(first: int, last: int) -> dict[str, object]:
    return {"version": "2", "res": "days", "tz": "America/New_York", "start": first, "end": last}


def test_a_wrong_key_is_401_in_the_official_shape() -> None:
    with running_sandbox(small_world()) as sandbox:
        answer = requests.get(sandbox.customerio_url + "/campaigns", headers={"Authorization": "Bearer no"}, timeout=10)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["status"] == "401"


def test_the_kind_of_trigger_shows_in_the_fields() -> None:
    with running_sandbox(small_world()) as sandbox:
        campaigns = {item["id"]: item for item in customerio(sandbox, "/campaigns").json()["campaigns"]}
        assert customerio(sandbox, "/campaigns/17").json()["campaign"] == campaigns[17]
        assert customerio(sandbox, "/campaigns/19").status_code == 404
        assert customerio(sandbox, "/campaigns/x").status_code == 400
    assert campaigns[17]["event_name"] == "signed up / été 🎉"
    assert "event_name" not in campaigns[18]
    assert campaigns[18]["trigger_segment_ids"] == [7]
    assert campaigns[17]["deduplicate_id"] == f"17:{campaigns[17]['updated']}"


def test_actions_come_ten_a_page() -> None:
    with running_sandbox(small_world()) as sandbox:
        pages, cursor = [], {}
        while True:
            page = customerio(sandbox, "/campaigns/17/actions", **cursor).json()
            pages.append(len(page["actions"]))
            if not page["next"]:
                break
            cursor = {"start": page["next"]}
        assert customerio(sandbox, "/campaigns/17/actions", start="?").status_code == 400
    assert pages == [10, 10, 3]


def test_the_window_is_snapped_down_to_bucket_starts_and_echoed_as_go_prints_times() -> None:
    with running_sandbox(small_world()) as sandbox:
        body = customerio(sandbox, "/campaigns/17/metrics", **window(START + 8 * 3600, START + 3 * DAY - 1)).json()
        autumn = metrics(sandbox, 17, date(2026, 10, 31), date(2026, 11, 2), "America/New_York")
    assert (body["start"], body["end"], body["res"]) == (
        "2026-10-20 00:00:00 -0400 EDT",
        "2026-10-22 00:00:00 -0400 EDT",
        "days",
    )
    assert len(body["metric"]["series"]["sent"]) == 3
    assert (autumn["start"], autumn["end"]) == ("2026-10-31 00:00:00 -0400 EDT", "2026-11-02 00:00:00 -0500 EST")


@pytest.mark.parametrize(("res", "buckets"), [("hourly", 72), ("hours", 72), ("daily", 3), ("weeks", 1), ("months", 1)])
def test_every_resolution_holds_the_same_sends(res: str, buckets: int) -> None:
    world = small_world()
    with running_sandbox(world) as sandbox:
        asked = window(START, START + 3 * DAY - 1) | {"res": res}
        sent = customerio(sandbox, "/campaigns/17/metrics", **asked).json()["metric"]["series"]["sent"]
    assert len(sent) == buckets
    expected = {"weeks": 5, "months": 12}.get(res, 3)
    assert sum(sent) == world.campaigns[17].series["sent"][:expected].sum()


@pytest.mark.parametrize("wrong", [{"res": "day"}, {"tz": "EST5WHAT"}, {"type": "sms"}, {"res": None}])
def test_an_invalid_value_gives_null_series_and_not_an_error(wrong: dict[str, object]) -> None:
    with running_sandbox(small_world()) as sandbox:
        asked = {key: value for key, value in (window(START, START + DAY) | wrong).items() if value is not None}
        answer = customerio(sandbox, "/campaigns/17/metrics", **asked)
    assert answer.status_code == 200
    assert set(answer.json()["metric"]["series"].values()) == {None}


@pytest.mark.parametrize(
    "wrong", [{"start": None}, {"end": None}, {"start": START + 9 * DAY}, {"end": START + 3700 * DAY}, {"start": "x"}]
)
def test_a_window_that_cannot_be_is_400(wrong: dict[str, object]) -> None:
    with running_sandbox(small_world()) as sandbox:
        asked = {key: value for key, value in (window(START, START + DAY) | wrong).items() if value is not None}
        assert customerio(sandbox, "/campaigns/17/metrics", **asked).status_code == 400
        asked = {**asked, "resolution": "days"}
        if "end" not in wrong or wrong["end"] is None:
            assert customerio(sandbox, "/campaigns/17/journey_metrics", **asked).status_code == 400


@pytest.mark.parametrize("version", [None, "1", "2.0", "two"])
def test_any_other_version_is_the_old_one_with_eastern_days(version: str | None) -> None:
    world = small_world("UTC")
    extra = {} if version is None else {"version": version}
    with running_sandbox(world) as sandbox:
        body = customerio(sandbox, "/campaigns/17/metrics", period="days", steps="1", **extra).json()
        whole = customerio(sandbox, "/campaigns/17/metrics", period="days", steps="0", **extra).json()
    assert set(body) == {"metric"}
    assert "human_opened" not in body["metric"]["series"]
    assert len(body["metric"]["series"]["sent"]) == 2
    assert len(whole["metric"]["series"]["sent"]) == 45


def test_journeys_want_resolution_and_count_hours_of_utc() -> None:
    world = small_world()
    with running_sandbox(world) as sandbox:
        old = customerio(sandbox, "/campaigns/17/journey_metrics", start=START, end=START + DAY - 1, res="hours")
        new = customerio(sandbox, "/campaigns/17/journey_metrics", start=START, end=START + DAY - 1, resolution="hours")
        days = customerio(sandbox, "/campaigns/17/journey_metrics", start=START, end=START + DAY - 1, resolution="days")
    assert old.status_code == 400, old.text
    assert new.status_code == 200, new.text
    series = new.json()["journey_metric"]
    assert len(series["started"]) == 24
    assert sum(series["started"]) == world.campaigns[17].journeys["started"][0]
    assert sum(series["never_activated"]) == 1
    # New York's day lies in two days of UTC.
    assert len(days.json()["journey_metric"]["started"]) == 2


def test_an_eleventh_request_within_a_second_is_429_with_retry_after() -> None:
    with running_sandbox(small_world()) as sandbox:
        answers = [customerio(sandbox, "/workspaces") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert answers[-1].headers["Retry-After"] == "1"
        assert answers[-1].json()["errors"][0]["detail"].startswith("rate limited to 10 requests per 1s")
        sandbox.let_pass(1.1)
        assert customerio(sandbox, "/workspaces").status_code == 200


def test_definitions_are_as_they_were_at_the_clock() -> None:
    world = small_world()
    edited = datetime.combine(FIRST + timedelta(days=30), datetime.min.time(), NEW_YORK)
    world.campaigns[17].changes = (
        DefinitionChange(edited, {"sending_state": "draft"}, message=170),
        DefinitionChange(edited + timedelta(days=1), {"state": "stopped"}),
    )
    world.campaigns[18].created = edited
    with running_sandbox(world) as sandbox:
        sandbox.set_today(FIRST + timedelta(days=29))
        before = customerio(sandbox, "/campaigns").json()["campaigns"]
        sandbox.set_today(FIRST + timedelta(days=30))
        message = customerio(sandbox, "/campaigns/17/actions").json()["actions"][0]
        sandbox.set_today(FIRST + timedelta(days=31))
        after = customerio(sandbox, "/campaigns").json()["campaigns"]
    assert [(item["id"], item["state"]) for item in before] == [(17, "running")]
    assert (message["sending_state"], message["updated"]) == ("draft", int(edited.timestamp()))
    assert [(item["id"], item["state"], item["active"]) for item in after] == [
        (17, "stopped", False),
        (18, "running", True),
    ]
    assert after[0]["updated"] == int((edited + timedelta(days=1)).timestamp())


def test_failed_messages_come_newest_first_with_their_reason() -> None:
    world = small_world()
    world.campaigns[17].failures = (FailureText("Variable 'event.plan' is missing", since=30),)
    with running_sandbox(world) as sandbox:
        page = customerio(sandbox, "/campaigns/17/messages", metric="failed", limit=20).json()
        rest = customerio(sandbox, "/campaigns/17/messages", metric="failed", limit=5000, start=page["next"]).json()
        assert customerio(sandbox, "/campaigns/17/messages", metric="read").status_code == 400
    created = [message["created"] for message in page["messages"] + rest["messages"]]
    assert created == sorted(created, reverse=True)
    assert len(page["messages"]) == 20
    assert page["messages"][0]["failure_message"] == "Variable 'event.plan' is missing"
    assert rest["messages"][-1]["failure_message"].startswith("Delivery failed")
    assert rest["next"] == ""
    failed = np.array(world.campaigns[17].series["failed"])
    assert failed[:-1].sum() <= len(created) <= failed.sum()
    assert max(created) <= datetime.now(UTC).timestamp() + 10**9


def test_a_series_and_a_state_nobody_has_heard_of_are_served() -> None:
    world = small_world()
    world.campaigns[17].series["read_aloud"] = world.campaigns[17].series["sent"]
    world.campaigns[17].state = "hibernating"
    with running_sandbox(world) as sandbox:
        series = metrics(sandbox, 17, FIRST, FIRST, "America/New_York")["metric"]["series"]
        assert series["read_aloud"] == series["sent"]
        campaign = customerio(sandbox, "/campaigns/17").json()["campaign"]
    assert (campaign["state"], campaign["active"]) == ("hibernating", False)


def test_messages_of_another_channel_are_none() -> None:
    with running_sandbox(small_world()) as sandbox:
        asked = window(START, START + DAY - 1)
        email = customerio(sandbox, "/campaigns/17/metrics", type="email", **asked).json()["metric"]["series"]["sent"]
        push = customerio(sandbox, "/campaigns/17/metrics", type="push", **asked).json()["metric"]["series"]["sent"]
    assert email[0] > 0
    assert push == [0]
