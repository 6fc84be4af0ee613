"""Twenty-one questions of analysts: each is answered from the demo's published file as another way of counting does."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner

from campaign_health.cli.status import command as status
from campaign_health.state.false_alarms import read_false_alarms
from storage.file.database import open_published
from storage.read.partial_losses import partial_losses
from tests.analyst_counts import Answers
from tests.analyst_world import NEVER_SENT, NOW, WORKSPACE, publish_analyst_world, questions
from tests.storage_old_clients import VERSIONS, old_client

pytestmark = pytest.mark.slow("demos from their first day to their last")
CENT = Decimal("0.01")
_COUNT = """import duckdb, json, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
print(json.dumps([len(connection.execute(one).fetchall()) for one in json.load(sys.stdin)]))"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_analyst_world(tmp_path_factory.mktemp("analysts") / "demo")


@pytest.fixture(scope="module")
def file(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(published, read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def answers(file: duckdb.DuckDBPyConnection) -> Answers:
    return Answers(file)


def test_there_are_twenty_one_none_longer_than_twenty_five_lines() -> None:
    assert sorted(questions()) == list(range(1, 22))
    assert max(len(sql.splitlines()) - 1 for sql in questions().values()) <= 25


def test_1_time_to_detect_is_by_the_clock(answers: Answers) -> None:
    live = answers.live()
    changes = answers.table("incident_change").query("kind == 'opened'")
    found = live.merge(changes.groupby("incident_id")["recorded_at"].min(), on="incident_id")
    row = answers.to(1).iloc[-1]
    hours = (found["recorded_at"] - found["began"]).dt.total_seconds() / 3600
    assert row["incidents"] == len(live) > 0
    assert row["hours_to_detect"] == pytest.approx(hours.median(), abs=1e-3)
    assert row["hours_to_detect"] > 24, "not before the day is over"
    assert row["hours_to_announce"] == pytest.approx(hours.median() + 2.25, abs=1e-3), "the first message counts"


def test_2_the_weeks_add_up_to_what_status_says_each_incident_cost(
    answers: Answers, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(published.parent))
    said = json.loads(CliRunner().invoke(status, ["--json"]).stdout)
    told = {one["incident_id"]: round(one["revenue_at_risk"][0], 2) for one in said["broken"] if one["revenue_at_risk"]}
    days = answers.table("incident_cost_day").groupby("incident_id")["revenue_at_risk"].sum()
    assert {incident_id: round(days[incident_id], 2) for incident_id in told} == told
    incidents = answers.table("incident").merge(answers.table("campaign_plan"), on="campaign_id")
    found = answers.to(2).groupby("owner", dropna=False)["revenue_at_risk"].sum().to_dict()
    expected = incidents.groupby("owner", dropna=False)["revenue_at_risk"].sum().to_dict()
    assert {owner: round(sum_, 1) for owner, sum_ in found.items()} == {
        owner: round(sum_, 1) for owner, sum_ in expected.items()
    }
    assert len(told) > 3


def test_2_the_days_of_an_incident_add_up_to_its_cost_to_the_hundredth(file: duckdb.DuckDBPyConnection) -> None:
    rows = file.execute("""
        SELECT i.missed_sends, sum(d.missed_sends), i.revenue_at_risk, sum(d.revenue_at_risk), min(d.missed_sends)
        FROM incident i JOIN incident_cost_day d USING (workspace, incident_id)
        WHERE i.status <> 'withdrawn'
        GROUP BY ALL
    """).fetchall()
    assert len(rows) > 5
    for missed, sends, risk, money, least in rows:
        assert sends == Decimal(missed).quantize(CENT)
        assert money == (None if risk is None else Decimal(risk).quantize(CENT))
        assert least >= 0


def test_2_each_day_costs_what_fell_short_on_it(file: duckdb.DuckDBPyConnection) -> None:
    """Of a break that sends nothing, that is the expectation of each day, but for what rounding moves."""
    rows = file.execute("""
        SELECT d.missed_sends, v.expected - v.sent
        FROM incident_cost_day d JOIN incident i USING (workspace, incident_id)
        JOIN verdict v ON v.workspace = d.workspace AND v.campaign_id = d.campaign_id AND v.day = d.day
        WHERE i.status = 'open' AND i.stage = 'sent' AND i.kind = 'silent'
    """).fetchall()
    assert len(rows) > 3
    for cost, short in rows:
        assert float(cost) == pytest.approx(short, rel=0.05)


def test_3_the_funnel_adds_up_settled_days(answers: Answers) -> None:
    row = answers.to(3).set_index("campaign").loc["Payment recovery"]
    day = answers.table("campaign_day").query("campaign_id == 24 and state == 'observed'")
    day = day[(day["day"] > answers.as_of() - pd.Timedelta(days=28)) & (day["engagement_state"] == "observed")]
    journeys = answers.table("journey_day").query("campaign_id == 24").merge(day[["day"]], on="day")
    for name in ("sent", "delivered", "opened", "clicked", "converted"):
        assert row[name] == day[name].sum() > 0
    assert row["activated"] == journeys["activated"].sum()
    assert row["events"] == answers.table("event_day").query("event == 'payment_failed'").merge(
        day[["day"]], on="day")["events"].sum()  # fmt: skip


def test_4_sends_by_channel_are_those_of_the_messages(answers: Answers) -> None:
    found = answers.to(4)
    messages = answers.table("campaign_message")
    several = set(messages.groupby("campaign_id").filter(lambda some: len(some) > 1)["campaign_id"])
    alone = answers.table("campaign_day").query("state == 'observed'").merge(
        messages[~messages["campaign_id"].isin(several)][["campaign_id", "type"]], on="campaign_id"
    )  # fmt: skip
    apart = answers.table("message_day").query("state == 'observed'")
    apart = apart[apart["campaign_id"].isin(several)].merge(
        messages.groupby(["campaign_id", "type"]).size().rename("of"), left_on=["campaign_id", "channel"],
        right_on=["campaign_id", "type"],
    )  # fmt: skip
    whole = apart.groupby(["campaign_id", "channel", "day"]).filter(lambda some: len(some) == some["of"].iloc[0])
    expected = alone.groupby("type")["sent"].sum().add(whole.groupby("channel")["sent"].sum(), fill_value=0)
    assert found.groupby("channel")["sent"].sum().to_dict() == expected.to_dict()
    assert {"email", "push"} <= set(found["channel"])


def test_5_a_morning_knows_only_what_was_stored_by_then(answers: Answers) -> None:
    at = answers.table("judge_run")["judged_at"][0] - pd.Timedelta(days=2)
    changes = answers.table("incident_change")
    changes = changes[changes["recorded_at"] <= at].sort_values(["recorded_at", "day"])
    went = changes[changes["kind"].isin(["opened", "reopened", "recovered", "closed", "withdrawn"])]
    newest = went.groupby("incident_id").last()
    expected = newest[newest["kind"].isin(["opened", "reopened"])]["campaign_id"].map(answers.names())
    assert sorted(answers.to(5)["campaign"]) == sorted(expected)
    assert len(expected) < len(answers.table("incident")), "some came later"


def test_6_the_false_alarm_rate_is_the_one_that_the_page_says(answers: Answers, published: Path) -> None:
    with open_published(published) as connection:
        said = read_false_alarms(connection, WORKSPACE)
    (row,) = answers.to(6).to_dict("records")
    assert (row["false_alarms"], row["campaign_years"]) == (said.said, round(said.campaign_years, 2))
    assert row["false_alarms"] == 1
    assert row["incidents"] == (answers.table("incident")["status"] != "withdrawn").sum()


def test_7_periods_are_compared_on_days_that_are_known(answers: Answers) -> None:
    row = answers.to(7).set_index("campaign").loc["Payment recovery"]
    days = answers.table("campaign_day").query("campaign_id == 24 and state == 'observed'")
    back = (answers.as_of() - days["day"]).dt.days
    assert row["sent"] == days[(back >= 0) & (back < 28)]["sent"].sum()
    assert row["sent_before"] == days[(back >= 28) & (back < 56)]["sent"].sum()
    assert row["days"] == row["days_before"] == 28
    assert row["sends_a_day_change_percent"] == round(100 * (row["sent"] / row["sent_before"] - 1), 1)


def test_8_cohorts_have_every_incident_once(answers: Answers) -> None:
    found, incidents = answers.to(8), answers.table("incident").query("status != 'withdrawn'")
    assert found["incidents"].sum() == len(incidents)
    assert found["recovered"].sum() == (incidents["status"] == "recovered").sum() > 0
    after = incidents["recovered_on"].fillna(answers.as_of() + pd.Timedelta(days=1))
    assert found["longest"].max() == (after - incidents["opened_on"]).dt.days.max()


def test_9_a_campaign_that_never_sent_is_found_with_its_events(answers: Answers) -> None:
    (row,) = answers.to(9).to_dict("records")
    assert row["campaign"] == NEVER_SENT
    campaigns = answers.table("campaign")
    started = campaigns[campaigns["name"] == NEVER_SENT]["first_started"].iloc[0].normalize()
    counts = answers.table("event_day").query("event == @row['event']")
    assert row["events"] == counts[counts["day"] >= started]["events"].sum() > 0


def test_10_the_restated_day_is_there_with_what_it_was(answers: Answers) -> None:
    found = answers.to(10).query("of_table == 'event_day'").iloc[0]
    assert (found["name"], found["series"], found["difference"]) == ("payment_failed", "events", 7)
    now = answers.table("event_day").query("event == 'payment_failed'").set_index("day")["events"]
    assert now[found["day"]] == found["new_value"] == found["old_value"] + 7
    assert found["restated_at"] == pd.Timestamp(NOW).tz_localize(None) + pd.Timedelta(hours=3)


def test_11_holes_are_counted_by_source(answers: Answers) -> None:
    found, days = answers.to(11), answers.table("source_day")
    assert found["days"].sum() == len(days)
    holes = days[days["state"] == "not_collected"].groupby("source").size().to_dict()
    counted = found.groupby("source")["not_collected"].sum()
    assert counted[counted > 0].to_dict() == holes


def test_12_partial_losses_are_those_of_the_product(answers: Answers, published: Path) -> None:
    with open_published(published) as connection:
        said = partial_losses(connection, WORKSPACE, days=28, least=1)
    found = answers.to(12)
    assert {(row["campaign"], row["way"]): row["lost"] for row in found.to_dict("records")} == {
        (one["campaign"], one["way"]): one["lost"] for one in said
    }
    assert len(found) > 3


def test_13_the_rename_and_who_confirmed_it(answers: Answers) -> None:
    (row,) = answers.to(13).to_dict("records")
    (suspect,) = answers.table("rename_suspect").to_dict("records")
    assert (row["old_event"], row["new_event"]) == (suspect["old_event"], suspect["new_event"])
    assert (row["said"], row["said_by"]) == ("confirm_rename", "ben")
    assert row["percent_handed_over"] == round(100 * suspect["volume_handed_over"])
    assert list(row["campaigns_on_the_old_name"]) == [16]


def test_14_who_took_on_what(answers: Answers) -> None:
    found, names = answers.to(14), answers.names()
    taken = answers.table("incident").dropna(subset=["acknowledged_by"]).set_index("acknowledged_by")
    assert dict(zip(found["taken_on_by"], found["campaign"], strict=True)) == {
        who: names[one["campaign_id"]] for who, one in taken.iterrows()
    }
    opened = answers.table("incident_change").query("kind == 'opened'").set_index("incident_id")["recorded_at"]
    for row in found.to_dict("records"):
        one = taken.loc[row["taken_on_by"]]
        later = (one["acknowledged_at"] - opened[one["incident_id"]]).total_seconds() / 3600
        assert row["hours_after_it_was_found"] == pytest.approx(later, abs=0.06)


def test_15_kept_promises_by_hour(answers: Answers) -> None:
    found, hours = answers.to(15), answers.table("promise_hour").dropna(subset=["promise_seconds"])
    assert found["kept"].sum() == hours["within_promise"].sum() > 0
    assert found["due"].sum() == (hours["qualifying"] - hours["unknown"]).sum()
    assert len(found) == len(hours)


def test_16_the_arms_of_an_experiment(answers: Answers) -> None:
    (row,) = answers.to(16).to_dict("records")
    arms = answers.table("experiment_arm").set_index("arm")
    percent = 100 * arms["converted"] / arms["observed"]
    assert row["points_gained"] == round(percent["at_once"] - percent["held_back"], 2)
    assert row["people_held_back"] == arms["observed"]["held_back"] > 0


def test_17_events_without_a_campaign(answers: Answers) -> None:
    found, days = answers.to(17), answers.table("event_day")
    used = set(answers.table("campaign_event")["event"].dropna())
    back = (answers.as_of() - days["day"]).dt.days
    newest = days[(back >= 0) & (back < 28) & ~days["event"].isin(used)].groupby("event")["events"].sum()
    assert found.set_index("event")["events"].to_dict() == newest[newest > 0].to_dict()


def test_18_campaigns_that_share_an_event(answers: Answers) -> None:
    found, events = answers.to(18), answers.table("campaign_event").dropna(subset=["event"])
    counted = events.groupby("event").size()
    assert found.set_index("event")["campaigns"].to_dict() == counted[counted > 1].to_dict()
    names = answers.names()
    for row in found.to_dict("records"):
        assert list(row["names"]) == sorted(names[one] for one in events.query("event == @row['event']")["campaign_id"])


def test_19_segments_that_campaigns_name(answers: Answers) -> None:
    found, days = answers.to(19), answers.table("segment_day").dropna(subset=["people"])
    assert len(found) == answers.table("campaign_segment")["segment_id"].nunique()
    newest = days.sort_values("day").groupby("segment_id").last()["people"]
    assert sorted(found["people"]) == sorted(newest)
    assert sorted(found["most_people"]) == sorted(days.groupby("segment_id")["people"].max())


def test_20_the_cost_of_each_cause(answers: Answers) -> None:
    found = answers.to(20).groupby("cause")
    incidents = answers.table("incident").query("status != 'withdrawn'").dropna(subset=["missed_sends"])
    missed = incidents.groupby("cause")["missed_sends"].sum()
    assert found["missed_sends"].sum().to_dict() == pytest.approx(missed.to_dict(), abs=0.02)
    assert found["incidents"].sum().to_dict() == incidents.groupby("cause").size().to_dict()


def test_21_coverage(answers: Answers) -> None:
    (row,) = answers.to(21).to_dict("records")
    running = answers.table("campaign").query("state == 'running'")
    plans = answers.table("campaign_plan").merge(running[["campaign_id"]], on="campaign_id")
    assert row["running"] == len(running)
    assert row["with_owner"] == plans["owner"].notna().sum()
    assert row["with_deal_value"] == plans["deal_value"].notna().sum()
    assert row["with_promise"] == plans["timing"].str.startswith("within").sum() > 0
    newest = answers.table("campaign_health").query("state == 'running'")["status"]
    assert row["judged"] == (~newest.isin(["not_running", "learning", "too_quiet", "not_collected"])).sum()


def test_the_oldest_client_answers_them_all_alike(file: duckdb.DuckDBPyConnection, published: Path) -> None:
    asked = list(questions().values())
    read = subprocess.run(
        [str(old_client(VERSIONS[0])), "-c", _COUNT, str(published)],
        input=json.dumps(asked), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert read.returncode == 0, read.stderr[-2000:]
    assert json.loads(read.stdout) == [len(file.execute(one).fetchall()) for one in asked]
