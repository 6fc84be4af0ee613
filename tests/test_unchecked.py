"""What could not be checked is said by campaign and day, in plain words first."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.digest_data import SectionName
from campaign_health.alerts.forms.json_form import digest_as_json, digest_from_json
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.alerts.forms.slack_blocks import slack_message
from campaign_health.state.source_health import SourceState
from campaign_health.state.stretches import Stretch, read_stretches
from campaign_health.state.unchecked import CURE, in_short, unchecked
from tests.digest_cast import ERROR, FAILED_METRICS, TODAY, situation
from tests.digest_warehouse import MONDAY, warehouse_in

FRIDAY = date(2026, 11, 20)
SUNDAY = date(2026, 11, 22)
RAW = "Campaign 23: metric.series.sent is missing or null, not an array."


def gap(number: int, first: date = FRIDAY, sources: tuple[str, ...] = ("customerio_metrics",)) -> Stretch:
    days = (SUNDAY - first).days + 1
    return Stretch(number, f"Campaign {number}", "not_collected", first, SUNDAY, days, *[None] * 8, lacking=sources)


def troubled(source: str = "customerio_metrics", error: str = RAW) -> SourceState:
    at = datetime(2026, 11, 23, 6, tzinfo=UTC)
    return SourceState("default", source, "partial", at, at, None, SUNDAY, error, at, FRIDAY, SUNDAY)


def test_campaigns_without_numbers_on_the_same_days_stand_together_and_the_raw_error_comes_last() -> None:
    found = unchecked([gap(1), gap(2), gap(3, SUNDAY), gap(4), gap(5)], [troubled()], "default")
    assert [one.title for one in found] == ["Campaign 1, Campaign 2, Campaign 4 and 1 more", "Campaign 3"]
    assert [(one.first_day, one.last_day) for one in found] == [(FRIDAY, SUNDAY), (SUNDAY, SUNDAY)]
    assert [one.when for one in found] == ["Fri 20 Nov to Sun 22 Nov", "Sun 22 Nov"]
    assert found[0].said == f"Customer.io gave no usable numbers for them. {CURE}"
    assert found[1].said == f"Customer.io gave no usable numbers for it. {CURE}"
    assert found[1].details == f"Customer.io sends: {RAW}"


def test_a_campaign_that_two_sources_lack_is_named_once() -> None:
    both = ("customerio_metrics", "customerio_journeys")
    (one,) = unchecked([gap(1, sources=both)], [troubled(source) for source in both], "default")
    assert one.details == f"Customer.io sends: {RAW} Customer.io journeys: {RAW}"


def test_a_source_in_trouble_that_cost_no_campaign_its_numbers_stands_for_itself_with_its_days() -> None:
    (one,) = unchecked([], [troubled("mixpanel_events", "HTTP 500.")], "default")
    assert (one.title, one.campaigns, one.first_day, one.last_day) == ("Mixpanel event counts", (), FRIDAY, SUNDAY)
    assert one.said == f"It could not be read in full. {CURE}"


def test_a_source_whose_failure_hides_no_verdict_is_not_told_as_unchecked() -> None:
    assert unchecked([], [troubled("mixpanel_lexicon", "HTTP 500.")], "default") == ()


def test_a_name_is_cut_and_made_visible() -> None:
    assert in_short(["a\x1b[31m" + "x" * 200]).startswith("a [31mxxx")
    assert len(in_short(["y" * 200, "z" * 200])) < 170


def test_the_digest_names_the_campaign_its_days_and_what_to_do_before_the_technical_text() -> None:
    made = situation(failed=(FAILED_METRICS,), unchecked=unchecked([gap(23)], [troubled()], "default"))
    digest = build_digest(made, announcement_id="a", kind="digest", today=TODAY, dashboard_url=None)
    text = " ".join(plain_text(digest).split())
    assert digest.headline == "1 campaign could not be checked"
    said = f"Customer.io gave no usable numbers for it. {CURE} Details: Customer.io sends: {RAW}"
    assert f"Campaign 23 – Fri 20 Nov to Sun 22 Nov {said}" in text
    assert digest_from_json(digest_as_json(digest)) == digest


def test_a_digest_that_an_older_version_stored_can_still_be_sent() -> None:
    made = situation(failed=(FAILED_METRICS,))
    stored = digest_as_json(build_digest(made, announcement_id="a", kind="digest", today=TODAY, dashboard_url=None))
    (failure,) = stored["sections"][0]["failures"]
    for name in ("title", "said", "sources", "campaigns"):
        del failure[name]
    failure["source"] = "customerio_metrics"
    failure["error"] = ERROR
    digest = digest_from_json({**stored, "version": 1})
    section = digest.section(SectionName.COULD_NOT_CHECK)
    assert section is not None
    assert (section.failures[0].sources, section.failures[0].title) == (("customerio_metrics",), "Customer.io sends")
    text = " ".join(plain_text(digest).split())
    assert f"Customer.io sends – Tue 17 Nov to Mon 23 Nov Details: {ERROR}" in text
    assert '"Customer.io sends"' in json.dumps(slack_message(digest))
    assert digest_from_json(digest_as_json(digest)) == digest


def test_the_days_are_those_since_the_newest_collected_one(tmp_path: Path) -> None:
    warehouse = warehouse_in(tmp_path)
    newest = MONDAY - timedelta(days=1)
    with warehouse.open() as connection:
        for back, status in ((4, "healthy"), (3, "not_collected"), (2, "not_running"), (1, "not_collected")):
            connection.execute(
                "INSERT OR REPLACE INTO verdict (workspace, campaign_id, day, status) VALUES ('default', 1, ?, ?)",
                [MONDAY - timedelta(days=back), status],
            )
        (one,) = read_stretches(connection, "default")
        assert (one.campaign, one.since, one.day) == ("Campaign 1", newest, newest)
        assert set(one.lacking) == {"customerio_metrics", "customerio_journeys", "mixpanel_events"}
        connection.execute(
            "UPDATE verdict SET status = 'not_collected' WHERE campaign_id = 1 AND status = 'not_running'"
        )
        assert read_stretches(connection, "default")[0].since == MONDAY - timedelta(days=3)
        connection.execute("UPDATE campaign SET gone_at = '2026-01-02' WHERE campaign_id = 1")
        assert read_stretches(connection, "default") == ()
