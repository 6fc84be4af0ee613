"""Weeks of mornings of the demo world, collected, judged and told for real: what the channel hears, and how often."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import streamlit as st

from campaign_health.demo.world.stories import TIME_ZONE, demo_manifest, demo_world
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.slack.slack_service import running_slack
from campaign_health.settings import load_settings
from storage.file.database import open_published
from tests.agreement_cast import check_agreement
from tests.digest_cast import TODAY
from tests.rounds_cast import whole_round

pytestmark = pytest.mark.slow("weeks of mornings")
FAILED_DAY = TODAY - timedelta(days=17)
REPORT = "Caught and saved in October 2026"
CHANGES = ("opened", "reopened", "worsened", "recovered", "withdrawn", "unexpected", "cause_changed")


@dataclass(frozen=True)
class Month:
    """What the digests said on each day, on which days a month was reported, and what is stored in the end."""

    said: dict[date, list[dict[str, Any]]]
    reported: list[date]
    announcements: list[dict[str, Any]]
    changes: list[tuple[str, str, str, date, bool]]

    def digests(self) -> list[dict[str, Any]]:
        return [json.loads(one["digest"]) for one in self.announcements]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """Every morning at nine from before the first of the month until today; on one of them Customer.io was down.

    Every fourth morning, and around the one without an answer, status, digest and dashboard are asked, and must agree.
    """
    folder = tmp_path_factory.mktemp("month")
    (folder / "manifest.yaml").write_text(demo_manifest(), encoding="utf-8")
    said: dict[date, list[dict[str, Any]]] = {}
    reported: list[date] = []
    with running_sandbox(demo_world(TODAY), limits=Limits.unlimited()) as sandbox, running_slack() as slack:
        for back in range(24, -1, -1):
            day = TODAY - timedelta(days=back)
            sandbox.mend()
            sandbox.forget_requests()
            sandbox.set_today(day)
            if day == FAILED_DAY:
                sandbox.fail("unavailable", endpoint="customerio", at="every", times=None)
            environment = {
                **sandbox.environment,
                "CAMPAIGN_HEALTH_DATA_DIR": str(folder / "data"),
                "CAMPAIGN_HEALTH_MANIFEST": str(folder / "manifest.yaml"),
                "CAMPAIGN_HEALTH_DIGEST_DAYS": "all",
                "CAMPAIGN_HEALTH_BACKFILL_DAYS": "75",
                "SLACK_WEBHOOK_URL": slack.webhook_url,
            }
            settings = load_settings(environment, folder)
            before = len(slack.messages)
            for hour in (9, 14):
                now = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(TIME_ZONE))
                sandbox.set_now(now)
                if hour == 9 or back == 15:  # once a second look at the same day
                    whole_round(settings, now)
            told = [message.payload for message in slack.messages[before:]]
            said[day] = [one for one in told if not one["text"].startswith(REPORT)]
            reported += [day] * (len(told) - len(said[day]))
            if back % 4 == 0 or day - FAILED_DAY in (timedelta(0), timedelta(days=1)):
                with pytest.MonkeyPatch.context() as patch:
                    patch.chdir(folder)
                    st.cache_data.clear()
                    check_agreement(folder, now, patch)
    with open_published(folder / "data") as connection:
        cursor = connection.execute("SELECT * FROM announcement ORDER BY made_at")
        names = [column[0] for column in cursor.description or ()]
        announcements = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        changes = connection.execute(
            "SELECT change_id, incident_id, kind, day, news FROM incident_change ORDER BY day"
        ).fetchall()
    return Month(said, reported, announcements, changes)


def test_every_change_is_announced_exactly_once(month: Month) -> None:
    told = Counter(change for one in month.announcements for change in one["change_ids"])
    stored = [change_id for change_id, _, kind, _, _ in month.changes if kind in CHANGES]
    assert stored
    assert {change_id: told[change_id] for change_id in stored} == dict.fromkeys(stored, 1)
    assert all(one["status"] == "sent" for one in month.announcements)


def test_nobody_hears_twice_on_one_day(month: Month) -> None:
    assert max(len(messages) for messages in month.said.values()) == 1


def test_the_month_that_is_over_is_reported_once(month: Month) -> None:
    assert month.reported == [TODAY.replace(day=1)]


def test_a_quiet_day_is_quiet(month: Month) -> None:
    kinds = {one["day"]: one["kind"] for one in month.announcements}
    news_days = {one["day"] for one in month.announcements if one["kind"] == "digest"}
    quiet = [day for day, messages in month.said.items() if not messages]
    assert quiet
    assert not set(quiet) & set(kinds)
    for one in month.announcements:
        digest = json.loads(one["digest"])
        sections = {section["name"] for section in digest["sections"]}
        if one["day"] in news_days:
            assert sections & {"New", "Recovered", "Could not check"}, digest["headline"]


def test_the_channel_is_never_silent_for_longer_than_a_week(month: Month) -> None:
    days = [one["day"] for one in month.announcements]
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    assert max(gaps) <= 7


def test_the_day_customerio_was_down_is_one_could_not_check_and_no_recovery(month: Month) -> None:
    (failed,) = [one for one in month.announcements if one["day"] == FAILED_DAY]
    digest = json.loads(failed["digest"])
    sections = {section["name"]: section for section in digest["sections"]}
    assert "Could not check" in sections
    assert "Recovered" not in sections
    assert "New" not in sections
    recovered = [day for _, _, kind, day, _ in month.changes if kind == "recovered"]
    assert FAILED_DAY - timedelta(days=1) not in recovered


def test_each_break_of_the_demo_is_new_once(month: Month) -> None:
    new = Counter(
        item["campaign"]
        for digest in month.digests()
        for section in digest["sections"]
        if section["name"] == "New"
        for item in section["items"]
    )
    assert new["Project kick-off tips"] == 1
    assert new["Re-engagement"] == 1
