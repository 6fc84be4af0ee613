"""The demo world shows what its stories say, from whatever day and seed it is made."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest
import requests
from ruamel.yaml import YAML

from campaign_health.demo.world.demo_events import Span
from campaign_health.demo.world.demo_plans import campaigns, trigger_events
from campaign_health.demo.world.stories import DAYS, STORIES, Story, demo_faults, demo_manifest, demo_world
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.sandbox.world.generated_world import generated_world
from campaign_health.sandbox.world.world import CampaignTruth, World
from tests.sandbox_cast import customerio, export, exported, metrics, mixpanel_keys, query

TODAY = date(2026, 11, 24)
# A working day, a Sunday, the day after the clock change, a leap day's morrow.
DAYS_AND_SEEDS = [(TODAY, 7), (date(2026, 11, 29), 1), (date(2026, 3, 9), 2), (date(2028, 3, 1), 3)]
STATUSES = {
    *("healthy", "silent", "degraded", "event_lost", "surging", "volume_down"),
    *("not_running", "learning", "too_quiet", "not_collected"),
}


def recent(world: World, daily: np.ndarray[tuple[int], np.dtype[np.int64]], days_ago: int) -> int:
    """The sum from a day to yesterday."""
    today = world.index(world.today(world.now))
    return int(daily[today - days_ago : today].sum())


def story_of(name: str) -> Story:
    return next(story for story in STORIES if story.campaign == name)


def campaign_of(world: World, name: str) -> CampaignTruth:
    return world.campaigns[story_of(name).campaign_id]


def test_every_campaign_has_its_story_and_every_status_is_shown() -> None:
    world = demo_world(TODAY)
    assert {(story.campaign_id, story.campaign) for story in STORIES} == {
        (campaign.id, campaign.name) for campaign in world.campaigns.values()
    }
    assert {story.status for story in STORIES} == STATUSES
    assert len(world.events) >= 60
    assert world.days == DAYS >= 150
    assert world.day(world.days - 1) == TODAY


def test_the_same_seed_draws_the_same_world_and_another_one_another() -> None:
    first, again, other = demo_world(TODAY), demo_world(TODAY), demo_world(TODAY, seed=8)
    for name, event in first.events.items():
        assert np.array_equal(event.daily, again.events[name].daily)
    assert any(not np.array_equal(event.daily, other.events[name].daily) for name, event in first.events.items())


@pytest.mark.parametrize(("today", "seed"), DAYS_AND_SEEDS)
def test_each_broken_campaign_breaks_on_its_day_where_its_story_says(today: date, seed: int) -> None:
    world = demo_world(today, seed=seed)
    for story in STORIES:
        campaign = world.campaigns[story.campaign_id]
        if story.since_days_ago is None or story.status in ("healthy", "volume_down", "surging"):
            continue
        sent, started = campaign.series["sent"], campaign.journeys["started"]
        days = story.since_days_ago
        before = recent(world, sent, days + 28) - recent(world, sent, days)
        assert before > 150, story
        expected = before / 28 * days
        if story.status in ("silent", "event_lost", "not_running"):
            assert recent(world, sent, days) == 0, story
        elif story.status == "degraded":
            assert 0.1 < recent(world, sent, days) / expected < 0.8, story
        if story.stage in ("activated", "sent"):
            assert recent(world, started, days) > 0.5 * days * (recent(world, started, days + 28) / (days + 28)), story


@pytest.mark.parametrize(("today", "seed"), DAYS_AND_SEEDS)
def test_the_evidence_of_each_cause_is_there(today: date, seed: int) -> None:
    world = demo_world(today, seed=seed)
    failing, drafted = campaign_of(world, "Invoice reminder"), campaign_of(world, "Re-engagement")
    assert recent(world, failing.series["failed"], 4) > recent(world, failing.series["sent"], 4)
    assert recent(world, drafted.series["drafted"], 9) > 100
    assert recent(world, campaign_of(world, "Team expansion").series["failed"], 5) > 50
    filtered = campaign_of(world, "Upgrade offer").journeys
    assert recent(world, filtered["activated"], 2) == 0 < recent(world, filtered["started"], 2)
    old, new = world.events["project.created"].daily, world.events["project_created"].daily
    assert recent(world, old, 6) == 0 == recent(world, new, 60) - recent(world, new, 6)
    last = world.index(today)
    same_weekdays = [old[last - days - 7 * week] for days in range(1, 7) for week in range(1, 5) if 7 * week + days > 6]
    share = recent(world, new, 6) / 6 / np.mean(same_weekdays)
    assert share == pytest.approx(0.97, abs=0.05)
    opened, tips = world.events["mobile_app_opened"].daily, campaign_of(world, "Mobile tips").series["sent"]
    for daily in (opened, tips):
        assert recent(world, daily, 7) < 0.6 * (recent(world, daily, 14) - recent(world, daily, 7))
    survey = campaign_of(world, "Product survey").series["sent"]
    assert recent(world, survey, 3) > 1.7 * (recent(world, survey, 31) - recent(world, survey, 3)) / 28 * 3 * 0.8
    recovered = campaign_of(world, "Payment recovery").series["sent"]
    assert recent(world, recovered, 24) == recent(world, recovered, 17) > 100
    delayed, course = campaign_of(world, "Course completion follow-up"), world.events["course_completed"].daily
    assert np.corrcoef(course[20:-4], delayed.series["sent"][23:-1])[0, 1] > 0.8
    assert recent(world, world.events["enterprise_plan_requested"].daily, 28) <= 7


def test_the_renamed_event_carries_the_same_properties() -> None:
    world = demo_world(TODAY)
    before, after = (
        {prop.name: prop.values for prop in world.events[name].properties}
        for name in ("project.created", "project_created")
    )
    assert before == after


def profile(sandbox: Sandbox, event: str, day: date) -> dict[str, set[str]]:
    """Properties and their JSON types as one UTC day's export shows them."""
    types: dict[str, set[str]] = {}
    for item in exported(export(sandbox, day, day, event=json.dumps([event]))):
        for name, value in item["properties"].items():
            types.setdefault(name, set()).add(type(value).__name__)
    return types


def test_a_property_changes_type_and_another_is_lost_on_one_platform() -> None:
    world = demo_world(TODAY, time_zone="UTC")
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        assert profile(sandbox, "team_invite_sent", TODAY - timedelta(days=6))["plan"] == {"str"}
        assert profile(sandbox, "team_invite_sent", TODAY - timedelta(days=5))["plan"] == {"dict"}
        day = TODAY - timedelta(days=8)
        events = exported(export(sandbox, day, day, event='["report_exported"]'))
    by_platform = {
        platform: {
            "export_format" in item["properties"] for item in events if item["properties"]["platform"] == platform
        }
        for platform in ("ios", "android", "web")
    }
    assert by_platform == {"ios": {False}, "android": {True}, "web": {True}}


def test_definitions_tell_of_the_draft_the_stop_and_the_segment() -> None:
    with running_sandbox(demo_world(TODAY), limits=Limits.unlimited()) as sandbox:
        listed = {item["name"]: item for item in customerio(sandbox, "/campaigns").json()["campaigns"]}
        draft = customerio(sandbox, f"/campaigns/{listed['Re-engagement']['id']}/actions").json()["actions"][0]
        welcome = customerio(sandbox, f"/campaigns/{listed['Onboarding welcome']['id']}/actions").json()
        failed = customerio(sandbox, "/campaigns/18/messages", metric="failed", limit=5).json()["messages"]
        sandbox.set_today(TODAY - timedelta(days=10))
        earlier = customerio(sandbox, f"/campaigns/{listed['Re-engagement']['id']}/actions").json()["actions"][0]
    assert (earlier["sending_state"], draft["sending_state"]) == ("automatic", "draft")
    assert listed["Webinar follow-up"]["state"] == "stopped"
    assert "first_started" not in listed["Holiday greeting"]
    assert "event_name" not in listed["Power user rewards"]
    assert len(welcome["actions"]) == 10
    assert welcome["next"]
    assert "{{event.trial_day}}" in welcome["actions"][0]["body"]
    assert {item["failure_message"] for item in failed} == {"Variable 'customer.company_name' is missing"}


def test_the_lexicon_says_what_was_meant_and_what_is_dropped() -> None:
    with running_sandbox(demo_world(TODAY), limits=Limits.unlimited()) as sandbox:
        url = f"{sandbox.mixpanel_app_url}/projects/4242/schemas"
        entries = requests.get(url, auth=mixpanel_keys(sandbox), timeout=10).json()["results"]
    by_name = {entry["name"]: entry["schemaJson"] for entry in entries}
    assert by_name["team_invite_sent"]["properties"]["plan"]["type"] == "string"
    dropped = [name for name, schema in by_name.items() if schema["metadata"]["com.mixpanel"]["dropped"]]
    assert dropped == ["legacy_page_ping"]


def test_the_faults_of_the_demo_strike_one_campaign_now_and_one_source_twelve_days_ago() -> None:
    with running_sandbox(demo_world(TODAY), faults=demo_faults(), limits=Limits.unlimited()) as sandbox:
        spoiled = metrics(sandbox, story_of("Integration set-up guide").campaign_id, TODAY, TODAY, "UTC")
        whole = metrics(sandbox, 11, TODAY, TODAY, "UTC")
        assert spoiled["metric"]["series"]["sent"] is None
        assert whole["metric"]["series"]["sent"]
        sandbox.mend()
        for fault in demo_faults(days_ago=12):
            sandbox.faults.add(fault)
        assert customerio(sandbox, "/campaigns").status_code == 401
        assert query(sandbox, "/events/names").status_code == 200
    assert demo_faults(days_ago=5) == ()


def test_sixty_days_ago_the_world_knew_nothing_of_what_came_later() -> None:
    with running_sandbox(demo_world(TODAY), limits=Limits.unlimited()) as sandbox:
        sandbox.set_today(TODAY - timedelta(days=60))
        names = query(sandbox, "/events/names", limit=5000).json()
        listed = customerio(sandbox, "/campaigns").json()["campaigns"]
    assert "project_created" not in names
    assert "project.created" in names
    assert "AI summary launch" not in {item["name"] for item in listed}
    assert {item["state"] for item in listed} == {"running"}


def test_a_demo_that_runs_on_has_numbers_for_the_days_ahead() -> None:
    world = demo_world(TODAY, future_days=30)
    assert world.day(world.days - 1) == TODAY + timedelta(days=30)
    assert world.first_day == demo_world(TODAY).first_day
    tomorrow = world.index(TODAY) + 1
    assert world.events["page_viewed"].daily[tomorrow] > 0
    assert campaign_of(world, "Re-engagement").series["sent"][tomorrow:].sum() == 0
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        sandbox.set_today(TODAY + timedelta(days=2))
        assert sum(metrics(sandbox, 11, TODAY, TODAY + timedelta(days=1), "UTC")["metric"]["series"]["sent"]) > 100


def test_the_manifest_names_every_campaign_that_runs_and_its_event() -> None:
    manifest = YAML(typ="safe").load(demo_manifest())
    named = {item["name"]: item["event"] for item in manifest["campaigns"]}
    plans = {plan.name: plan for plan in campaigns() if plan.state != "draft"}
    assert named.keys() == plans.keys()
    assert named["Power user rewards"] == "power_user_reached"
    known = {plan.name for plan in trigger_events(Span(TODAY, DAYS))}
    assert set(named.values()) <= manifest["events"].keys() <= known
    assert manifest["events"]["team_invite_sent"]["properties"]["plan"] == {"type": "string", "required": True}


def test_a_generated_world_is_as_large_as_asked() -> None:
    world = generated_world(campaigns=20, events=30, days=40, last_day=date(2026, 11, 30))
    assert (len(world.campaigns), len(world.events), world.index(date(2026, 11, 30))) == (20, 30, 39)
    with pytest.raises(ValueError, match="need as many events"):
        generated_world(campaigns=3, events=2)
