"""What the manifest's routes send, against the events they take it from and the campaigns they feed."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_health.check.findings import CheckResult
from campaign_health.check.run_check import CheckRequest, run_check
from campaign_health.manifest.dependencies import ObservedCampaign, campaign_dependencies
from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.manifest.observed import Observed
from tests.check_corpus import NOW

MANIFEST = """\
version: 1
events:
  limit_reached:
    properties: {user_id: {type: string, required: true}, plan_tier: {type: string, required: true}, seats: {}}
    route: {to: paywall, person: {id: user_id}, attributes: {plan_name: plan_tier, seats: seats}}
    profile: {plan_tier: plan}
campaigns:
  - {name: Upgrade offer, event: limit_reached}
"""


def campaign(**fields: object) -> ObservedCampaign:
    return ObservedCampaign(
        **{"campaign_id": 1, "name": "Upgrade offer", "state": "running", "event": "paywall", **fields}  # type: ignore[arg-type]
    )


def run(tmp_path: Path, manifest: str, campaigns: list[ObservedCampaign] | None = None) -> CheckResult:
    (tmp_path / "manifest.yaml").write_text(manifest)
    observers = [] if campaigns is None else [lambda read: Observed(campaigns=campaigns)]
    return run_check(CheckRequest(tmp_path / "manifest.yaml", NOW, observers=observers))


def told(result: CheckResult) -> list[tuple[str, str, str | None, int | None]]:
    return [(f.rule, f.severity, f.property, f.line) for f in result.findings]


def test_a_route_that_sends_what_its_campaign_uses_holds(tmp_path: Path) -> None:
    used = campaign(required=frozenset({"plan_name"}), optional=frozenset({"seats.count", "recipient"}))
    assert told(run(tmp_path, MANIFEST)) == []
    assert told(run(tmp_path, MANIFEST, [used])) == []


def test_a_campaign_that_only_customerio_has_is_found_behind_the_name_it_listens_to(tmp_path: Path) -> None:
    other = campaign(campaign_id=2, name="Second offer", required=frozenset({"plan_tier"}))
    assert told(run(tmp_path, MANIFEST, [campaign(), other])) == [
        ("attribute_not_routed", "violation", "plan_tier", 5),
        ("campaign_not_in_manifest", "note", None, 3),
    ]


ATTRIBUTES = {
    "a needed one that is not sent": (campaign(required=frozenset({"plan_tier"})), "violation", "plan_tier"),
    "one that has a default in the message": (campaign(optional=frozenset({"tier"})), "note", "tier"),
}


@pytest.mark.parametrize(("seen", "severity", "name"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_an_attribute_that_no_route_sends_is_told(
    tmp_path: Path, seen: ObservedCampaign, severity: str, name: str
) -> None:
    assert told(run(tmp_path, MANIFEST, [seen])) == [("attribute_not_routed", severity, name, 8)]


def test_an_attribute_that_the_manifest_says_it_uses_is_told_without_customerio(tmp_path: Path) -> None:
    uses = MANIFEST.replace("event: limit_reached}", "event: limit_reached, uses: [hit_count]}")
    assert told(run(tmp_path, uses)) == [("attribute_not_routed", "violation", "hit_count", 8)]
    shared = uses.replace("route: {", "route: {also_sent_by: segment, ")
    assert told(run(tmp_path, shared)) == [("attribute_not_routed", "note", "hit_count", 8)]


def test_a_stopped_campaign_needs_nothing(tmp_path: Path) -> None:
    seen = campaign(state="stopped", required=frozenset({"plan_tier"}))
    assert told(run(tmp_path, MANIFEST, [seen])) == []


def test_an_event_without_a_route_is_somebody_elses(tmp_path: Path) -> None:
    plain = "version: 1\nevents: {limit_reached: {}}\ncampaigns:\n" + "".join(
        f"  - {{name: {name}, event: limit_reached, uses: [a], when: {{b: 1}}, once: 7 days}}\n"
        for name in ("One", "Two")
    ).replace("7 days", "ever", 1)
    assert told(run(tmp_path, plain)) == []


def test_a_needed_attribute_from_a_property_that_may_be_missing_is_noted(tmp_path: Path) -> None:
    seen = campaign(required=frozenset({"seats"}))
    assert told(run(tmp_path, MANIFEST, [seen])) == [("attribute_may_be_missing", "note", "seats", 8)]
    safe = MANIFEST.replace("seats: seats", "seats: {value: seats, default: 1}")
    assert told(run(tmp_path, safe, [seen])) == []


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("seats: seats", "seats: sets", "sets"),
        ("seats: seats", "seats: {first_of: [seats, {value: sets}]}", "sets"),
        ("seats: seats", "seats: sets.count", "sets.count"),
        ("profile: {plan_tier", "profile: {plan", "plan"),
        ("person: {id: user_id}", "person: {id: uid}", "uid"),
    ],
)
def test_a_property_that_is_sent_and_not_declared_is_told(tmp_path: Path, old: str, new: str, name: str) -> None:
    line = 6 if old.startswith("profile") else 5
    assert told(run(tmp_path, MANIFEST.replace(old, new))) == [
        ("mapped_property_not_declared", "violation", name, line)
    ]


def test_mixpanels_own_names_of_a_person_need_no_declaration(tmp_path: Path) -> None:
    for name in ("$user_id", "distinct_id"):
        assert told(run(tmp_path, MANIFEST.replace("{id: user_id}", f"{{id: {name}}}"))) == []


def test_a_condition_on_what_is_not_sent_is_told(tmp_path: Path) -> None:
    def when(name: str) -> str:
        return MANIFEST.replace("event: limit_reached}", f"event: limit_reached, when: {{{name}: pro}}}}")

    assert told(run(tmp_path, when("plan_name"))) == []
    assert told(run(tmp_path, when("seats.count"))) == []
    assert told(run(tmp_path, when("plan_tier"))) == [("condition_not_routed", "violation", "plan_tier", 8)]


def test_once_on_a_shared_event_is_told(tmp_path: Path) -> None:
    def shared(first: str, second: str) -> str:
        more = f"  - {{name: Second offer, event: limit_reached{second}}}\n"
        return MANIFEST.replace("event: limit_reached}", f"event: limit_reached{first}}}") + more

    once = ", once: 7 days"
    assert told(run(tmp_path, MANIFEST.replace("event: limit_reached}", f"event: limit_reached{once}}}"))) == []
    assert told(run(tmp_path, shared(once, once))) == []
    assert told(run(tmp_path, shared(once, ", state: stopped"))) == []
    assert told(run(tmp_path, shared(once, ""))) == [("once_on_shared_event", "violation", None, 8)]
    broadcast = "triggered:\n  - {broadcast: Notice, event: limit_reached}\n"
    assert (
        told(run(tmp_path, MANIFEST.replace("event: limit_reached}", f"event: limit_reached{once}}}") + broadcast))
        == []
    )


def test_an_event_that_is_sent_for_no_campaign_is_noted(tmp_path: Path) -> None:
    alone = MANIFEST[: MANIFEST.index("campaigns:")]
    assert told(run(tmp_path, alone)) == [("routed_event_without_campaign", "note", None, 5)]
    assert told(run(tmp_path, alone + "campaigns: [{name: Offer, event: paywall}]\n"))[0][0] == "unknown_event"


@pytest.mark.parametrize(("length", "is_told"), [("7 days", True), ("3 days", True), ("71 hours", False)])
def test_a_message_that_makes_sense_for_longer_than_its_event_triggers_it_is_noted(
    tmp_path: Path, length: str, is_told: bool
) -> None:
    result = run(tmp_path, MANIFEST.replace("event: limit_reached}", f"event: limit_reached, relevant_for: {length}}}"))
    assert told(result) == ([("relevant_beyond_trigger", "note", None, 8)] if is_told else [])


def test_a_derived_event_is_among_the_events(tmp_path: Path) -> None:
    derived = 'derived:\n  inactive: {absent: [limit_reached, gone], for: 7 days, at: "06:00"}\n'
    assert [(f.rule, f.event, f.line) for f in run(tmp_path, MANIFEST + derived).findings] == [
        ("unknown_event", "gone", 10),
        ("unknown_event", "inactive", 10),
    ]


def test_another_trigger_than_the_routed_one_is_still_told(tmp_path: Path) -> None:
    found = run(tmp_path, MANIFEST, [campaign(event="paywal")])
    assert [f.rule for f in found.findings] == ["trigger_differs"]


def test_a_campaign_depends_on_the_properties_behind_its_attributes() -> None:
    text = MANIFEST.replace("seats: seats", "seats: {first_of: [seats, {stripe: quantity}]}")
    seen = campaign(required=frozenset({"plan_name", "seats"}), optional=frozenset({"other"}))
    (found,) = campaign_dependencies(parse_manifest(text).manifest, [seen])
    assert (found.event, found.uses, found.required) == (
        "limit_reached", {"plan_tier", "seats", "other"}, {"plan_tier"},
    )  # fmt: skip


def test_an_experiment_that_others_would_wait_for_or_that_nothing_carries_is_told(tmp_path: Path) -> None:
    compared = MANIFEST.replace("event: limit_reached}", "event: limit_reached, experiment: {hold_back: 10 %}}")
    assert told(run(tmp_path, compared)) == []
    other = "  - {name: Second offer, event: limit_reached}\n"
    assert told(run(tmp_path, compared + other)) == [("experiment_on_shared_event", "violation", None, 8)]
    assert told(run(tmp_path, compared + other.replace("}", ", state: stopped}"))) == []
    lonely = "  - {name: Third offer, event: elsewhere, experiment: {hold_back: 10 %}}\n"
    plain = MANIFEST.replace("campaigns:", "  elsewhere: {sent_from: elsewhere}\ncampaigns:") + lonely
    assert ("experiment_not_routed", "violation", None, 10) in told(run(tmp_path, plain))
