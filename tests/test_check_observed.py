"""The manifest against what Customer.io and Mixpanel were seen to have."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from campaign_health.check.findings import CheckResult
from campaign_health.check.run_check import CheckRequest, run_check
from campaign_health.manifest.dependencies import ObservedCampaign
from campaign_health.manifest.observed import Observed, ObservedEvent, ObservedProperty
from tests.check_corpus import NOW, build_repository

TODAY = date(2026, 11, 24)
MANIFEST = """\
version: 1
events:
  trial_started:
    properties:
      plan: {type: string, required: true}
      seats: {type: integer}
  page_viewed: {}
campaigns:
  - {name: Welcome series, event: trial_started, owner: "@lifecycle-team"}
"""


def campaign(**fields: object) -> ObservedCampaign:
    return ObservedCampaign(
        **{"campaign_id": 1, "name": "Welcome series", "state": "running", "event": "trial_started", **fields}
    )


def event(name: str, first: int = 90, last: int = 1, daily: float = 40.0) -> ObservedEvent:
    """Seen from `first` to `last` days ago, in a look that goes to yesterday."""
    yesterday = TODAY - timedelta(days=1)
    return ObservedEvent(name, TODAY - timedelta(days=first), TODAY - timedelta(days=last), yesterday, daily)


def seen(**shares: float) -> ObservedProperty:
    return ObservedProperty(TODAY - timedelta(days=1), shares)


def run(tmp_path: Path, observed: Observed, manifest: str = MANIFEST) -> CheckResult:
    (tmp_path / "manifest.yaml").write_text(manifest)
    return run_check(CheckRequest(tmp_path / "manifest.yaml", NOW, observers=[lambda read: observed]))


def told(result: CheckResult) -> list[tuple[str, str, str | None, str | None, str | None, int | None]]:
    return [(f.rule, f.severity, f.event, f.property, f.new_name, f.line) for f in result.findings]


def test_what_is_as_the_manifest_says_holds(tmp_path: Path) -> None:
    observed = Observed(
        campaigns=[campaign(required=frozenset({"plan"}), optional=frozenset({"seats"}))],
        events={"trial_started": event("trial_started"), "page_viewed": event("page_viewed")},
        properties={"trial_started": {"plan": seen(string=1.0), "seats": seen(number=0.4)}},
    )
    assert told(run(tmp_path, observed)) == []


CUSTOMERIO = {
    "another trigger": (
        [campaign(event="trial_begun")],
        [("trigger_differs", "violation", "trial_started", None, "trial_begun", 9)],
    ),
    "spaces around a trigger": ([campaign(event=" trial_started ")], []),
    "another case of a trigger": (
        [campaign(event="Trial_Started")],
        [("trigger_differs", "violation", "trial_started", None, "Trial_Started", 9)],
    ),
    "another trigger of a stopped campaign": (
        [campaign(event="trial_begun", state="stopped")],
        [("trigger_differs", "note", "trial_started", None, "trial_begun", 9)],
    ),
    "no such campaign": ([], [("campaign_not_found", "violation", "trial_started", None, None, 9)]),
    "a segment starts it": ([campaign(event=None)], []),
    "an event in no manifest": (
        [campaign(), campaign(campaign_id=2, name="Other", event="unheard_of")],
        [("unknown_event", "violation", "unheard_of", None, None, 1)],
    ),
    "an event in no manifest of a draft": (
        [campaign(), campaign(campaign_id=2, name="Other", event="unheard_of", state="draft")],
        [],
    ),
    "a campaign in no manifest": (
        [campaign(), campaign(campaign_id=2, name="Other")],
        [("campaign_not_in_manifest", "note", "trial_started", None, None, 3)],
    ),
    "a property in no manifest": (
        [campaign(required=frozenset({"coupon"}))],
        [("property_not_in_manifest", "violation", "trial_started", "coupon", None, 9)],
    ),
    "a property with a default in no manifest": ([campaign(optional=frozenset({"coupon"}))], []),
    "a property that may be missing": (
        [campaign(required=frozenset({"seats"}))],
        [("property_may_be_missing", "note", "trial_started", "seats", None, 9)],
    ),
    "broken Liquid": (
        [campaign(problems=("line 1: expected endif",))],
        [("liquid_broken", "note", "trial_started", None, None, 9)],
    ),
}


@pytest.mark.parametrize(("campaigns", "expected"), CUSTOMERIO.values(), ids=CUSTOMERIO)
def test_customerio_is_compared(tmp_path: Path, campaigns: list[ObservedCampaign], expected: list[object]) -> None:
    assert told(run(tmp_path, Observed(campaigns=campaigns))) == expected


def test_an_id_finds_the_campaign_whatever_its_name(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("name: Welcome series", "id: 1")
    result = run(tmp_path, Observed(campaigns=[campaign(name="Renamed", event="trial_begun")]), manifest)
    assert result.findings[0].campaigns == ("1",)
    assert "*Renamed*" in result.findings[0].message


def test_a_reviewed_rename_of_a_trigger_is_a_handover(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("event: trial_started,", "event: trial_begun,").replace(
        "  page_viewed: {}", "  trial_begun: {}"
    )
    manifest += "renames: [{from: trial_started, to: trial_begun, since: 2026-11-20}]\n"
    result = run(tmp_path, Observed(campaigns=[campaign()], events={"trial_started": event("trial_started")}), manifest)
    assert told(result) == []
    assert (result.coverage.handovers[0].old, result.coverage.handovers[0].new) == ("trial_started", "trial_begun")


def test_what_customerio_says_of_a_state_wins(tmp_path: Path) -> None:
    events = {"trial_started": event("trial_started", last=10)}
    manifest = MANIFEST.replace("owner:", "state: running, owner:")
    result = run(tmp_path, Observed(campaigns=[campaign(state="stopped")], events=events), manifest)
    assert [finding.rule for finding in result.findings] == ["state_differs"]


MIXPANEL = {
    "gone": ([event("trial_started", last=5)], [("event_not_seen", "violation", "trial_started", None, None, 3)]),
    "gone, another began": (
        [event("trial_started", last=5), event("trial.started", first=4), event("unlike", first=80)],
        [("event_not_seen", "violation", "trial_started", None, "trial.started", 3)],
    ),
    "gone, one of its volume began": (
        [event("trial_started", last=5), event("trial_onboarding_kickoff", first=4, daily=39)],
        [("event_not_seen", "violation", "trial_started", None, "trial_onboarding_kickoff", 3)],
    ),
    "gone, an unlike one of its volume began": (
        [event("trial_started", last=5), event("usage_cap_hit", first=4, daily=36)],
        [("event_not_seen", "violation", "trial_started", None, "usage_cap_hit", 3)],
    ),
    "gone, an unlike one of another volume began": (
        [event("trial_started", last=5), event("usage_cap_hit", first=4, daily=20)],
        [("event_not_seen", "violation", "trial_started", None, None, 3)],
    ),
    "quiet for a weekend": ([event("trial_started", last=2)], []),
    "a rare event": ([event("trial_started", last=6, daily=0.5)], []),
    "a rare event for long": (
        [event("trial_started", last=30, daily=0.5)],
        [("event_not_seen", "violation", "trial_started", None, None, 3)],
    ),
    "never seen": ([], [("event_never_seen", "violation", "trial_started", None, None, 3)]),
    "never seen under exactly this name": (
        [event("Trial_started")],
        [("event_never_seen", "violation", "trial_started", None, "Trial_started", 3)],
    ),
}


@pytest.mark.parametrize(("events", "expected"), MIXPANEL.values(), ids=MIXPANEL)
def test_mixpanel_s_events_are_compared(tmp_path: Path, events: list[ObservedEvent], expected: list[object]) -> None:
    assert told(run(tmp_path, Observed(events={e.name: e for e in events}))) == expected


PROPERTIES = {
    "another type": (
        {"plan": seen(object=1.0)},
        [("observed_type_differs", "violation", "trial_started", "plan", None, 5)],
    ),
    "a type nobody uses": (
        {"plan": seen(string=1.0), "seats": seen(string=1.0)},
        [("observed_type_differs", "note", "trial_started", "seats", None, 6)],
    ),
    "integers are numbers there": ({"plan": seen(string=1.0), "seats": seen(number=1.0)}, []),
    "a stray type": ({"plan": seen(string=0.97, null=0.01, number=0.02)}, []),
    "missing": (
        {"seats": seen(number=1.0)},
        [("observed_property_missing", "violation", "trial_started", "plan", None, 5)],
    ),
    "missing in part": (
        {"plan": seen(string=0.6, null=0.4)},
        [("observed_property_missing", "violation", "trial_started", "plan", None, 5)],
    ),
    "renamed": (
        {"plan_name": seen(string=1.0), "planName": seen(string=0.2)},
        [("observed_property_missing", "violation", "trial_started", "plan", "plan_name", 5)],
    ),
}


@pytest.mark.parametrize(("profile", "expected"), PROPERTIES.values(), ids=PROPERTIES)
def test_mixpanel_s_properties_are_compared(
    tmp_path: Path, profile: dict[str, ObservedProperty], expected: list[object]
) -> None:
    observed = Observed(events={"trial_started": event("trial_started")}, properties={"trial_started": profile})
    assert told(run(tmp_path, observed)) == expected


def test_an_event_that_was_not_profiled_is_not_judged(tmp_path: Path) -> None:
    assert told(run(tmp_path, Observed(events={"trial_started": event("trial_started")}))) == []


def test_a_campaign_only_customerio_has_is_guarded_in_the_code_too(tmp_path: Path) -> None:
    before = {"manifest.yaml": MANIFEST.encode(), "a.js": b'track("page_viewed");\n'}
    folder = build_repository(tmp_path, before, {"a.js": b'track("page_seen");\n'})
    observed = Observed(
        campaigns=[campaign(), campaign(campaign_id=2, name="Browse nudge", event="page_viewed", sends=1240)]
    )
    request = CheckRequest(folder / "manifest.yaml", NOW, folder, "main", [lambda read: observed])
    finding = next(found for found in run_check(request).findings if found.severity == "violation")
    assert finding.campaigns == ("Browse nudge",)
    assert finding.message.startswith(
        "renaming `page_viewed` stops *Browse nudge* (1,240 sends in the last 28 days). It stood at a.js:1"
    )
