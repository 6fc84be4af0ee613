"""What of an event goes to Customer.io is read from the manifest, and its mistakes are told as all others are."""

from __future__ import annotations

import json

import jsonschema
import pytest

from campaign_health.manifest.json_schema import json_schema
from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.manifest.problems import ManifestError
from campaign_health.manifest.routed import ConstantSpec, CountSpec, FirstOfSpec, StripeSpec, ValueSpec

ROUTED = """\
version: 1
events:
  paywall_limit_reached:
    properties: {user_id: {type: string}, plan_tier: {type: string}, limits: {type: object}}
    route:
      to: limit_reached
      person: {id: user_id, email: email}
      attributes:
        plan_name: plan_tier
        project_limit: limits.projects
        hit_count: {count: this, within: 7 days}
        tier: {stripe: tier, otherwise: none, required: true}
        seats: {first_of: [team_size, {stripe: quantity}]}
        trial_day: {value: trial_day, as: integer, default: 0}
        source: {constant: app}
      also_sent_by: segment
    profile: {plan_tier: plan}
  opened: {route: }
derived:
  product_inactive_7d: {absent: [opened], for: 7 days, at: "06:00"}
campaigns:
  - {name: Upgrade offer, event: paywall_limit_reached, on_drift: hold}
"""


def in_event(inner: str) -> str:
    return f"version: 1\nevents:\n  a:\n    {inner}\n"


def attribute(spec: str) -> str:
    return in_event(f"route:\n      attributes:\n        x: {spec}")


def derived(inner: str) -> str:
    return f"version: 1\nderived:\n  d: {inner}\n"


# text, line, a piece of the message, a piece of the cure
MALFORMED = [
    (in_event("route: a"), 4, "`events.a.route` is `a`, not a mapping", "keys and values"),
    (in_event("route: {persn: {id: p}}"), 4, "`persn`", "`person`"),
    (in_event("route: {person: {idd: p}}"), 4, "`idd`", "`id`"),
    (in_event("route: {mode: live}"), 4, "`mode`", "Known here: to, person"),
    (in_event("route: {attributes: {reply_to: p}}"), 4, "redirects", "never sent"),
    (in_event("route: {attributes: {' Recipient ': p}}"), 4, "redirects", "never sent"),
    (in_event("profile: {p: cio_id}"), 4, "who a person is", "route.person"),
    (in_event("profile: {p: 3}"), 4, "`events.a.profile.p` is `3`", "quotes"),
    (attribute("3"), 6, "`events.a.route.attributes.x`", "first_of"),
    (attribute("{strpie: tier}"), 6, "no attribute", "`stripe`"),
    (attribute("{value: p, constant: 1}"), 6, "no attribute", "one of"),
    (attribute("{value: p, ass: integer}"), 6, "`ass`", "`as`"),
    (attribute("{value: p, as: date}"), 6, "`date`", "integer"),
    (attribute("{value: p, default: [1]}"), 6, "no plain value", "Write a text"),
    (attribute("{constant: }"), 6, "no plain value", "Write a text"),
    (attribute("{constant: .inf}"), 6, "no plain value", "Write a text"),
    (attribute("{count: that, within: 7 days}"), 6, "`that`", "this"),
    (attribute("{count: this, within: soon}"), 6, "length of time", "7 days"),
    (attribute("{count: this}"), 6, "`within` is missing", "within"),
    (attribute("{stripe: price}"), 6, "`price`", "quantity"),
    (attribute("{first_of: []}"), 6, "is empty", "at least one"),
    (attribute("{first_of: [p, {stripe: q}]}"), 6, "first_of[2].stripe", "tier"),
    (attribute("{first_of: [{first_of: [p]}]}"), 6, "no attribute", "one of"),
    (attribute("{first_of: [{count: this, within: a day}, p]}"), 6, "a count stands", "last"),
    (attribute("{first_of: [{stripe: seats}, {count: this, within: a day}]}"), 6, "a count stands", "`stripe`"),
    (derived("{absent: [], for: 7 days, at: '06:00'}"), 3, "is empty", "at least one"),
    (derived("{absent: [a], for: long, at: '06:00'}"), 3, "length of time", "7 days"),
    (derived("{absent: [a], for: 7 days, at: '24:00'}"), 3, "time of day", "06:00"),
    (derived("{absent: [a], for: 7 days}"), 3, "`at` is missing", "at"),
    ("version: 1\ncampaigns:\n  - {name: b, event: a, on_drift: stop}\n", 3, "`stop`", "hold"),
]


@pytest.mark.parametrize(("text", "line", "message", "cure"), MALFORMED)
def test_a_mistake_in_a_route_is_told_with_its_line_and_its_cure(text: str, line: int, message: str, cure: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse_manifest(text, "manifest.yaml")
    (problem,) = caught.value.problems
    assert (problem.line, message in problem.message, cure in problem.cure) == (line, True, True), problem


def test_a_route_is_read() -> None:
    manifest = parse_manifest(ROUTED).manifest
    entry = manifest.events["paywall_limit_reached"]
    assert entry.route is not None
    assert (entry.route.to, entry.route.also_sent_by) == ("limit_reached", "segment")
    assert (entry.route.person.id, entry.route.person.email) == ("user_id", "email")
    assert entry.route.attributes == {
        "plan_name": "plan_tier",
        "project_limit": "limits.projects",
        "hit_count": CountSpec(count="this", within="7 days"),
        "tier": StripeSpec(stripe="tier", otherwise="none", required=True),
        "seats": FirstOfSpec.model_validate({"first_of": ["team_size", {"stripe": "quantity"}]}),
        "trial_day": ValueSpec(value="trial_day", cast="integer", default=0),
        "source": ConstantSpec(constant="app"),
    }
    assert entry.profile == {"plan_tier": "plan"}
    opened = manifest.events["opened"].route
    assert opened is not None
    assert opened.attributes == {}
    inactive = manifest.derived["product_inactive_7d"]
    assert (inactive.absent, inactive.period, inactive.at) == (("opened",), "7 days", "06:00")
    assert manifest.campaigns[0].on_drift == "hold"


def test_an_event_without_a_route_has_none() -> None:
    entry = parse_manifest(in_event("properties: {p: {type: string}}")).manifest.events["a"]
    assert (entry.route, entry.profile) == (None, {})


def test_a_constant_keeps_its_type() -> None:
    text = in_event(
        "route: {attributes: {a: {constant: true}, b: {constant: 1}, c: {constant: 1.5}, d: {constant: '1'}}}"
    )
    route = parse_manifest(text).manifest.events["a"].route
    assert route is not None
    kinds = [
        (type(spec.constant), spec.constant) for spec in route.attributes.values() if isinstance(spec, ConstantSpec)
    ]
    assert kinds == [(bool, True), (int, 1), (float, 1.5), (str, "1")]


def test_editors_take_a_route_and_refuse_a_wrong_one() -> None:
    def routed(spec: object) -> dict[str, object]:
        return {"version": 1, "events": {"a": {"route": {"attributes": {"x": spec}}}}}

    for spec in ("p", {"value": "p", "as": "integer"}, {"first_of": ["p", {"stripe": "tier"}]}):
        jsonschema.validate(routed(spec), json_schema())
        parse_manifest(json.dumps(routed(spec)))
    jsonschema.validate({"version": 1, "events": {"a": {"route": None, "profile": None}}}, json_schema())
    for wrong in (3, {"strpie": "tier"}, {"value": "p", "constant": 1}, {"first_of": []}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(routed(wrong), json_schema())
