"""`route send-test`: one marked event goes the whole way, and each part of it is timed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from campaign_health.cli.main import campaign_health
from campaign_health.errors import CouldNotStart
from campaign_health.route.trying.marked_event import MARK
from tests.collecting_cast import SIGNED_UP
from tests.moved_cast import NAME, Company, company, run

pytestmark = pytest.mark.slow("route")
KEY = "a signing key"


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    with company(tmp_path, monkeypatch) as found:
        yield found


def followed(url: str, *words: str, code: int = 0) -> dict[str, Any]:
    result = run("route", "send-test", NAME, "--person", "u-7", "--url", url, "--json", *words, code=code)
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def failure(*words: str) -> CouldNotStart:
    error = CliRunner().invoke(campaign_health, ["route", "send-test", *words]).exception
    assert isinstance(error, CouldNotStart)
    return error


def test_a_test_event_is_followed_until_its_message_was_sent(moved: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMERIO_REPORTING_SIGNING_KEY", KEY)
    run("route", "mode", NAME, "live")
    with moved.serving(CUSTOMERIO_REPORTING_SIGNING_KEY=KEY) as (url, _):
        moved.sandbox.report_to(f"{url}/default/customerio/report", KEY)
        told = followed(url, "--property", "seats=4", "--wait", "30")
    assert [one["stage"] for one in told["stages"]] == ["answered", "accepted", "sent"]
    seconds = [one["seconds"] for one in told["stages"]]
    assert 0 < seconds[0] <= seconds[1] <= seconds[2] < 30
    assert told["id"].startswith(MARK)
    [event] = moved.sandbox.world.received.events
    assert (event.name, event.person, event.ulid) == (SIGNED_UP, "u-7", told["ulid"])
    assert event.attributes == {"plan_name": "test", "seats": 4}
    assert json.loads(run("route", "explain", told["id"], "--json").stdout)["outcome"] == "delivered"


def test_without_a_report_in_time_it_is_not_complete(moved: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMERIO_REPORTING_SIGNING_KEY", KEY)
    run("route", "mode", NAME, "live")
    with moved.serving(CUSTOMERIO_REPORTING_SIGNING_KEY=KEY) as (url, _):
        told = followed(url, "--wait", "2", code=1)
    assert [one["stage"] for one in told["stages"]] == ["answered", "accepted"]
    assert not told["complete"]


def test_in_shadow_it_ends_before_customer_io_and_one_that_does_not_fit_is_a_letter(moved: Company) -> None:
    run("route", "mode", NAME, "shadow")
    with moved.serving() as (url, _):
        assert [one["stage"] for one in followed(url)["stages"]] == ["answered", "shadowed"]
        told = followed(url, "--property", 'plan=["pro"]', code=1)
        said = run("route", "send-test", NAME, "--person", "u-7", "--url", url, "--property", "plan=[1]", code=1).stdout
    assert (told["stages"][-1]["stage"], told["stages"][-1]["reason"]) == ("dead", "wrong_type")
    assert "its property plan is of another type" in said
    assert moved.sandbox.world.received.events == []


def test_what_cannot_be_sent_is_said_with_its_cure(moved: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no `route`" in failure("other", "--person", "u-7").message
    assert "route mode" in failure(NAME, "--person", "u-7").cure
    run("route", "mode", NAME, "shadow")
    assert "route serve" in failure(NAME, "--person", "u-7", "--url", "http://127.0.0.1:9").cure
    assert "NAME=VALUE" in failure(NAME, "--person", "u-7", "--property", "plan").message
    with moved.serving() as (url, _):
        monkeypatch.setenv("CAMPAIGN_HEALTH_ROUTE_TOKEN", "another token")
        assert failure(NAME, "--person", "u-7", "--url", url).message == "The door answered 401."
