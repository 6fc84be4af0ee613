"""An experiment in the real process: who is held back gets the message at the daily hour, once, with its own time."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

from campaign_health.route.experiment_law import arm_of, salted
from storage.outbox.route_file import PersonHash
from tests.moved_cast import CAMPAIGN, MANIFEST, NAME, TOKEN, company, post, run, status
from tests.waiting import until

pytestmark = pytest.mark.slow("experiments")
PEOPLE = 40
ZONE = ZoneInfo("Europe/Berlin")
LEAST_SECONDS = 25.0


def next_hour() -> datetime:
    """The first whole minute that is far enough away for all that has to happen before it."""
    return (datetime.now(ZONE) + timedelta(seconds=LEAST_SECONDS + 60)).replace(second=0, microsecond=0)


def test_who_is_held_back_gets_it_at_the_daily_hour_and_nobody_twice_though_the_process_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with company(tmp_path, monkeypatch) as found:
        hour = next_hour()
        compared = f'{MANIFEST}    experiment: {{hold_back: 50 %, at: "{hour:%H:%M}", converted: paid}}\n'
        (tmp_path / "campaign-health.yaml").write_text(compared, encoding="utf-8")
        run("route", "mode", NAME, "live")
        hash_of = PersonHash(tmp_path / "data")
        held = {
            f"u-{number}"
            for number in range(PEOPLE)
            if arm_of(hash_of("default", salted(str(CAMPAIGN), f"u-{number}")), 50) == "held_back"
        }
        begun = time.time()
        with found.serving(CAMPAIGN_HEALTH_TIMEZONE="Europe/Berlin") as (url, _):
            assert {post(url, number) for number in range(PEOPLE)} == {200}
            paid = {"event": "paid", "id": "p-1", "person": {"id": "u-3"}}
            headers = {"Authorization": f"Bearer {TOKEN}"}
            assert requests.post(f"{url}/default/events", json=paid, headers=headers, timeout=20).status_code == 200
            ended = time.time()
            events = found.sandbox.world.received.events
            until(lambda: status()["events"][NAME]["delivered"] == PEOPLE - len(held))
            until(lambda: status()["events"][NAME]["held"] == len(held))
            assert time.time() < hour.timestamp(), "there was no time to look"
            assert len(events) == PEOPLE - len(held)
        # Killed, and the senders send all of it again.
        with found.serving(CAMPAIGN_HEALTH_TIMEZONE="Europe/Berlin") as (url, _):
            assert {post(url, number) for number in range(PEOPLE)} == {200}
            if time.time() < hour.timestamp() - 2:
                assert status()["events"][NAME]["held"] == len(held)
            until(lambda: len(events) > PEOPLE - len(held), 120)
            assert time.time() >= hour.timestamp()
        with found.serving(CAMPAIGN_HEALTH_TIMEZONE="Europe/Berlin") as (url, _):
            until(lambda: status()["events"][NAME]["delivered"] == PEOPLE)
        assert Counter(one.person for one in events) == {f"u-{number}": 1 for number in range(PEOPLE)}
        assert Counter(one.person for one in found.sandbox.world.received.deliveries).most_common(1)[0][1] == 1
        assert all(begun - 1 <= one.timestamp < ended for one in events), "with their own times"
        with closing(sqlite3.connect(tmp_path / "data" / "route.sqlite")) as connection:
            rows = connection.execute("SELECT event, person FROM experiment_conversion").fetchall()
        assert rows == [("paid", hash_of("default", "u-3"))], "an event that is not moved"
