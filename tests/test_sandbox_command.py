"""`campaign-health sandbox` serves until it is told to end."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from campaign_health.route.mapping.asked_person import AskedPerson
from campaign_health.route.stripe.stripe_client import StripeClient
from campaign_health.route.stripe.subscription_facts import fact

COMMAND = [sys.executable, "-c", "from campaign_health.cli.main import main; main()", "sandbox"]


@contextmanager
def running(*options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CAMPAIGN_HEALTH_")}
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean | environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_prints_variables_that_reach_it_and_ends_cleanly_when_told_to() -> None:
    with running("--world", "demo", "--today", "2026-11-24", "--seed", "3") as process:
        assert process.stdout is not None
        variables = dict(shlex.split(process.stdout.readline())[1].split("=", 1) for _ in range(13))
        assert variables["CAMPAIGN_HEALTH_NOW"] == "2026-11-24T09:00:00-05:00"
        headers = {"Authorization": f"Bearer {variables['CUSTOMERIO_APP_API_KEY']}"}
        answer = requests.get(variables["CUSTOMERIO_APP_URL"] + "/campaigns", headers=headers, timeout=10)
        assert len(answer.json()["campaigns"]) == 18
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "1 requests answered" in told


def test_it_stands_in_for_slack_and_shows_what_is_sent() -> None:
    with running("--slack", "--today", "2026-11-24") as process:
        assert process.stdout is not None
        variables = dict(shlex.split(process.stdout.readline())[1].split("=", 1) for _ in range(14))
        answer = requests.post(variables["SLACK_WEBHOOK_URL"], json={"text": "6 campaigns are broken"}, timeout=10)
        assert answer.text == "ok"
        assert process.stderr is not None
        process.stderr.readline()
        assert process.stderr.readline() == "Slack gets: 6 campaigns are broken\n"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_it_stands_in_for_stripe_whose_customers_are_the_worlds_people() -> None:
    with running("--stripe", "--today", "2026-11-24") as process:
        assert process.stdout is not None
        variables = dict(shlex.split(process.stdout.readline())[1].split("=", 1) for _ in range(16))
        assert variables["STRIPE_WEBHOOK_SECRET"].startswith("whsec_")
        client = StripeClient(variables["STRIPE_API_KEY"], variables["STRIPE_API_URL"])
        ways = [
            client.look_up(one, 0.0)
            for one in (
                AskedPerson("cus_7"), AskedPerson(user_id="u-7"), AskedPerson(emails=("u-7@people.example",)),
                AskedPerson(user_id="u-5"), AskedPerson(user_id="u-8"),
            )
        ]  # fmt: skip
        client.close()
        assert [one.customer for one in ways] == ["cus_7"] * 3 + ["cus_5", None]
        assert [fact(one.subscriptions or (), "tier", 0.0) for one in ways[:4]] == ["team"] * 3 + ["free"]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_it_serves_a_csv_with_a_fault_and_the_set_clock(tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("pair_id,date,events,sends\na/b,2026-03-01,4,3\n", encoding="utf-8")
    options = (
        "--world",
        str(file),
        "--time-zone",
        "Asia/Kolkata",
        "--json",
        "--fault",
        "server_error,at=every,times=always",
    )
    with running(*options, CAMPAIGN_HEALTH_NOW="2026-03-02T00:00:00+00:00") as process:
        assert process.stdout is not None
        lines = []
        while not lines or lines[-1] != "}\n":
            lines.append(process.stdout.readline())
        variables = json.loads("".join(lines))
        assert variables["CAMPAIGN_HEALTH_NOW"] == "2026-03-02T05:30:00+05:30"
        keys = (variables["MIXPANEL_SERVICE_ACCOUNT"], variables["MIXPANEL_SERVICE_SECRET"])
        assert requests.get(variables["MIXPANEL_APP_URL"] + "/me", auth=keys, timeout=10).status_code == 500


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--fault", "earthquake"], "earthquake"),
        (["--world", "/nowhere/at all.csv"], "/nowhere/at all.csv"),
        (["--time-zone", "Mars/Olympus"], "Mars/Olympus"),
    ],
)
def test_what_it_cannot_do_is_one_line_and_a_cure(options: list[str], named: str) -> None:
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert named in done.stderr
    assert "Traceback" not in done.stderr
