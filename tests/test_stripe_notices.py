"""What Stripe tells by itself reaches the process that sends events: `route serve`, its door, and two stand-ins."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from campaign_health.cli.main import campaign_health
from campaign_health.route.doors.stripe_notice import notice_signature
from campaign_health.route.stripe.fact_cache import LOOK_SECONDS
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.sandbox.stripe.stripe_objects import SandboxSubscription
from campaign_health.sandbox.stripe.stripe_service import SECRET, StripeSandbox, running_stripe
from storage.outbox.route_file import open_route_file
from tests.collecting_cast import cast_world
from tests.reports_cast import listening
from tests.stripe_cast import customer, notice, tell
from tests.waiting import until

pytestmark = pytest.mark.slow("route")
TOKEN = "a token for the door"
NAME = "limit_hit"
MANIFEST = f"""\
version: 1
events:
  {NAME}:
    properties: {{team_size: {{type: integer}}}}
    route:
      also_sent_by: nobody
      attributes:
        tier: {{stripe: tier}}
        seats: {{first_of: [team_size, {{stripe: quantity, otherwise: 0}}]}}
"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(cast_world("Europe/Berlin", days=60), limits=Limits.unlimited(), live=True) as found:
        yield found


@pytest.fixture
def stripe() -> Iterator[StripeSandbox]:
    with running_stripe() as found:
        yield found


@pytest.fixture
def serving(
    sandbox: Sandbox, stripe: StripeSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    manifest = tmp_path / "campaign-health.yaml"
    manifest.write_text(MANIFEST, encoding="utf-8")
    environment = sandbox.environment | stripe.environment | {
        "CAMPAIGN_HEALTH_ROUTE_TOKEN": TOKEN, "CAMPAIGN_HEALTH_MANIFEST": str(manifest),
    }  # fmt: skip
    monkeypatch.chdir(tmp_path)
    for name, value in {**environment, "CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path / "data")}.items():
        monkeypatch.setenv(name, value)
    run("mode", NAME, "live")
    with listening(tmp_path, CUSTOMERIO_REPORTING_SIGNING_KEY="", **environment) as found:
        yield found


@pytest.fixture
def url(serving: tuple[str, subprocess.Popen[str]]) -> str:
    return serving[0]


def run(*words: str) -> str:
    result = CliRunner().invoke(campaign_health, ["route", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def post(url: str, sandbox: Sandbox, person: str, **properties: Any) -> dict[str, Any]:
    """What Customer.io is told of a person's event."""
    before = len(sandbox.world.received.events)
    event = {"event": NAME, "id": f"i-{before}", "person": {"id": person}, "properties": properties}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert requests.post(f"{url}/default/events", json=event, headers=headers, timeout=20).status_code == 200
    until(lambda: len(sandbox.world.received.events) > before)
    return dict(sandbox.world.received.events[-1].attributes)


def test_a_notice_changes_what_the_next_event_says_without_asking(
    sandbox: Sandbox, stripe: StripeSandbox, url: str
) -> None:
    stripe.add(customer(1))
    assert post(url, sandbox, "u-1") == {"tier": "pro", "seats": 1}
    assert post(url, sandbox, "ada", stripe_customer_id="cus_1", team_size=9) == {"tier": "pro", "seats": 9}
    asked = len(stripe.asked)
    later = {"created": int(time.time()) + 5}
    upgraded = SandboxSubscription("sub_1", "team", 12).body("cus_1")
    assert tell(url, notice(1, upgraded, **later)) == 200
    assert post(url, sandbox, "u-1") == {"tier": "team", "seats": 12}
    ended = SandboxSubscription("sub_1", "team", 12, "canceled").body("cus_1")
    for _ in range(2):
        assert tell(url, notice(2, ended, "customer.subscription.deleted", created=later["created"] + 5)) == 200
    assert tell(url, notice(3, upgraded, created=later["created"] - 120)) == 200, "an older one comes last"
    assert post(url, sandbox, "u-1") == {"tier": "free", "seats": 0}
    assert post(url, sandbox, "ada", stripe_customer_id="cus_1") == {"tier": "free", "seats": 0}
    assert len(stripe.asked) == asked


def test_what_nobody_can_tell_apart_and_who_somebody_is_now_is_asked_anew(
    sandbox: Sandbox, stripe: StripeSandbox, url: str
) -> None:
    stripe.add(customer(1))
    assert post(url, sandbox, "u-1")["tier"] == "pro"
    assert post(url, sandbox, "u-2")["tier"] == "unknown"
    stripe.add(customer(1, "team"))
    older = SandboxSubscription("sub_1", "starter").body("cus_1")
    assert tell(url, notice(1, older, created=int(time.time()) - 9)) == 200
    assert post(url, sandbox, "u-1")["tier"] == "team", "as old as the answer: Stripe is asked"
    stripe.add(customer(2, "pro"))
    new = stripe.customers["cus_2"].body(with_subscriptions=False)
    assert tell(url, notice(2, new, "customer.created")) == 200
    assert post(url, sandbox, "u-2")["tier"] == "pro"
    asked = len(stripe.asked)
    touched = {"data": {"previous_attributes": {"balance": 5}}}
    assert tell(url, notice(3, new, "customer.updated", **touched)) == 200
    assert (post(url, sandbox, "u-2")["tier"], len(stripe.asked)) == ("pro", asked)
    moved = {"data": {"previous_attributes": {"metadata": {"user_id": "u-2"}}}}
    stripe.add(customer(2, "pro", metadata={"user_id": "u-3"}))
    renamed = stripe.customers["cus_2"].body(with_subscriptions=False)
    assert tell(url, notice(4, renamed, "customer.updated", **moved)) == 200
    assert post(url, sandbox, "u-2")["tier"] == "unknown"


def test_the_door_opens_only_to_stripes_own_fresh_signature(stripe: StripeSandbox, url: str, tmp_path: Path) -> None:
    body = notice(1, SandboxSubscription("sub_1").body("cus_1"))
    stamp = str(int(time.time()))
    right, wrong = notice_signature(SECRET, stamp, body), notice_signature("whsec_other", stamp, body)
    answers = {
        header: tell(url, body, header=header)
        for header in ("", "x", f"t={stamp}", f"v1={right}", f"t={stamp},v1={wrong}", f"t={stamp},v0={right}",
                       f"t={stamp},t=1,v1={right}", f"t=²,v1={right}", f"t={stamp},v1=é")
    }  # fmt: skip
    assert set(answers.values()) == {401}, answers
    assert [tell(url, body, ago=400), tell(url, body, ago=-400), tell(url, body, secret="whsec_old")] == [401] * 3
    assert tell(url, body, header=f"t={stamp},v1={wrong},v1={right}") == 200, "while a secret is changed"
    assert requests.post(f"{url}/another/stripe", data=body, timeout=20).status_code == 404
    of_no_use = [b"{", b"[]", notice(2, {}, "invoice.paid"), notice(3, {}), notice(4, {"id": 5}, "customer.created")]
    assert [tell(url, one) for one in of_no_use] == [200] * 5
    assert tell(url, b"x" * (1024 * 1024 + 1)) == 413
    with open_route_file(tmp_path / "data") as connection:
        assert connection.execute("SELECT event_id FROM stripe_notice").fetchall() == [("evt_1",)]


def test_whoever_is_forgotten_is_asked_for_anew(
    sandbox: Sandbox, stripe: StripeSandbox, url: str, tmp_path: Path
) -> None:
    stripe.add(customer(1))
    assert post(url, sandbox, "u-1")["tier"] == "pro"

    def known() -> list[Any]:
        with open_route_file(tmp_path / "data") as connection:
            return connection.execute("SELECT facts FROM stripe_fact").fetchall()

    until(lambda: len(known()) == 1)
    assert json.loads(known()[0][0])[0]["tier"] == "pro"
    asked = len(stripe.asked)
    assert post(url, sandbox, "u-1")["tier"] == "pro"
    assert len(stripe.asked) == asked, "it is known, and in memory"
    run("forget", "u-1")
    assert known() == []
    time.sleep(2 * LOOK_SECONDS)
    assert post(url, sandbox, "u-1")["tier"] == "pro"
    assert len(stripe.asked) > asked, "what was in the memory of the process that sends is forgotten, too"


def test_it_ends_in_time_while_stripe_hangs(
    sandbox: Sandbox, stripe: StripeSandbox, serving: tuple[str, subprocess.Popen[str]]
) -> None:
    stripe.seconds = 30.0
    assert post(serving[0], sandbox, "u-1")["tier"] == "unknown"
    begun = time.monotonic()
    serving[1].terminate()
    serving[1].wait(20)
    assert time.monotonic() - begun < 2.5
