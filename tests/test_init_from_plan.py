"""`init --from`: tracking plans in the shapes in which the services and tools write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from campaign_health.check.run_check import CheckRequest, run_check
from campaign_health.check.start.plan_draft import draft_from_plan, plan_summary
from campaign_health.check.start.plan_files import read_plan
from campaign_health.check.start.planned import TrackingPlan, UnknownPlan
from campaign_health.cli.init import command
from campaign_health.manifest.manifest_reading import parse_manifest
from tests.check_corpus import NOW

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
ORDER = {
    "type": "object",
    "properties": {
        "order_id": {"description": "The order's number.", "type": "string"},
        "total": {"type": ["number", "null"]},
        "currency": {"type": "string", "enum": ["EUR", "USD"]},
        "coupon": {"type": ["string", "integer"], "pattern": "^[A-Z]+$"},
    },
    "required": ["order_id", "total"],
}
CALL = {
    "$schema": DRAFT_7,
    "description": "An order was paid.",
    "type": "object",
    "properties": {"context": {}, "traits": {}, "properties": ORDER},
}
EXPECTED = {
    "coupon": (None, False, None),
    "currency": ("string", False, None),
    "order_id": ("string", True, "The order's number."),
    "total": ("number", True, None),
}


def _rule(**changes: Any) -> dict[str, Any]:
    return {"type": "TRACK", "key": "Order Completed", "version": 1, "jsonSchema": CALL, **changes}


def _event(**changes: Any) -> dict[str, Any]:
    event = {"name": "Order Completed", "description": "An order was paid.", "rules": CALL}
    return {**event, **changes}


IDENTIFY = {"type": "IDENTIFY", "version": 1, "jsonSchema": {"properties": {"traits": {}}}}
AVO_CALL = {**CALL, "required": ["properties"], "properties": {"properties": ORDER, "nameMapping": []}}
PLANS: dict[str, Any] = {
    "Segment's Public API": {"data": {"rules": [_rule(), IDENTIFY], "pagination": {"current": "MA=="}}},
    "Segment's Public API, older version": {"data": {"rules": [_rule(version=2), _rule(jsonSchema={})]}},
    "Segment's plan.json of Typewriter": {
        "id": "tp_2CJh7O9XUIirKFn4pabvhz8Cn9K", "name": "Shop",
        "rules": [_rule(jsonSchema={"$schema": DRAFT_7, "description": "An order was paid.", "labels": {}, **ORDER})],
    },
    "Segment's Config API": {
        "name": "workspaces/acme/tracking-plans/rs_123", "display_name": "Shop",
        "rules": {"events": [_event(version=1)], "global": {}, "identify": {}, "identify_traits": []},
    },
    "RudderStack's API": {
        "id": "tp_2yzY", "creationType": "Data catalog API",
        "events": [_event(id="ev_1", eventType="track"), {"id": "ev_2", "eventType": "identify", "rules": {}}],
    },
    "Avo's export": {
        "name": "Exported Tracking Plan: main", "metrics": {},
        "events": [_event(id="C3XnUJ3kRq", tags=[], categories=[], rules=AVO_CALL)],
    },
    "Mixpanel's Lexicon": {
        "status": "ok",
        "results": [
            {"entityType": "event", "name": "Order Completed", "schemaJson": {
             "description": "An order was paid.", **ORDER,
             "metadata": {"com.mixpanel": {"displayName": "Order", "hidden": False, "dropped": False}}}},
            {"entityType": "profile", "name": "$user", "schemaJson": {"properties": {"email": {"type": "string"}}}},
            {"entityType": "event", "name": "old", "schemaJson": {"metadata": {"com.mixpanel": {"dropped": True}}}},
        ],
    },
}  # fmt: skip


def _read(tmp_path: Path, data: Any) -> TrackingPlan:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(data))
    return read_plan(file)


def _shown(plan: TrackingPlan) -> dict[str, Any]:
    [event] = parse_manifest(draft_from_plan(plan), "m").manifest.events.values()
    assert event.description == "An order was paid."
    return {name: (one.type, one.required, one.description) for name, one in sorted(event.properties.items())}


@pytest.mark.parametrize("kind", PLANS)
def test_types_required_and_descriptions_are_carried(tmp_path: Path, kind: str) -> None:
    plan = _read(tmp_path, PLANS[kind])
    assert list(plan.events) == ["Order Completed"]
    assert kind.partition("'")[0] in plan.kind
    assert _shown(plan) == EXPECTED
    assert "currency: {type: string}    # one of: EUR, USD" in draft_from_plan(plan)


@pytest.mark.parametrize("kind", PLANS)
def test_what_is_not_carried_is_said_with_its_number(tmp_path: Path, kind: str) -> None:
    _, said = plan_summary(_read(tmp_path, PLANS[kind]))
    assert said.startswith("Not carried, because a manifest does not know it: ")
    for part in ("1 × patterns", "1 × properties of several types", "1 × lists of allowed values, kept as comments"):
        assert part in said


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("Segment's Public API", "1 × rules that are for no event"),
        ("Segment's Public API, older version", "1 × older versions of a rule"),
        ("RudderStack's API", "1 × rules that are for no event"),
        ("Mixpanel's Lexicon", "1 × events that Mixpanel drops"),
        ("Mixpanel's Lexicon", "1 × profiles and other entities"),
    ],
)
def test_rules_that_are_for_no_event_are_counted(tmp_path: Path, kind: str, part: str) -> None:
    assert part in plan_summary(_read(tmp_path, PLANS[kind]))[1]


EVENTS = """\
version: rudder/VERSION
kind: events
metadata: {name: shop}
spec:
  events:
    - {id: order_completed, name: Order Completed, event_type: track, description: An order was paid.}
    - {id: known_user, event_type: identify}
"""
PROPERTIES = """\
version: rudder/VERSION
kind: properties
metadata: {name: shop}
spec:
  properties:
    - {id: order_id, name: order_id, type: string, description: The order's number.}
    - {id: order_total, name: total, type: "number, null"}
    - {id: order_currency, name: currency, type: string, CONFIG: {enum: [EUR, USD]}}
    - {id: order_coupon, name: coupon, type: "string, integer"}
"""
OLD_PLAN = """\
version: "rudder/v0.1"
kind: "tp"
metadata: {name: shop}
spec:
  id: shop
  rules:
    - type: event_rule
      id: rule_1
      event: {$ref: "#/events/shop/order_completed", allow_unplanned: false}
      properties:
        - {$ref: "#/properties/shop/order_id", required: true}
        - {$ref: "#/properties/shop/order_total", required: true}
        - {$ref: "#/properties/shop/order_currency"}
        - {$ref: "#/properties/shop/order_coupon", required: false}
        - {$ref: "#/properties/elsewhere/unknown", required: true}
    - {type: include_rules, id: base, includes: {$ref: "#/tp/base/event_rule/*"}}
"""
NEW_PLAN = """\
version: rudder/v1
kind: tracking-plan
metadata: {name: shop}
spec:
  id: shop
  rules:
    - type: event_rule
      id: rule_1
      event: "#event:order_completed"
      additional_properties: false
      properties:
        - {property: "#property:order_id", required: true}
        - {property: "#property:order_total", required: true}
        - {property: "#property:order_currency"}
        - {property: "#property:order_coupon"}
        - {property: "#property:unknown"}
    - {type: event_rule, id: rule_2, event: "#event:known_user"}
"""


def _project(folder: Path, *, old: bool) -> Path:
    (folder / "catalog").mkdir()
    version, config = ("0.1", "propConfig") if old else ("v1", "config")
    (folder / "plan.yaml").write_text(OLD_PLAN if old else NEW_PLAN)
    (folder / "catalog" / "events.yaml").write_text(EVENTS.replace("VERSION", version))
    (folder / "catalog" / "properties.yml").write_text(PROPERTIES.replace("VERSION", version).replace("CONFIG", config))
    (folder / "unrelated.yaml").write_text("services: !custom {a: 1}\n")
    return folder / "plan.yaml"


@pytest.mark.parametrize("old", [True, False])
def test_rudder_cli_s_yaml_is_read_with_the_files_it_refers_to(tmp_path: Path, *, old: bool) -> None:
    plan = read_plan(_project(tmp_path, old=old))
    assert _shown(plan) == EXPECTED
    said = plan_summary(plan)[1]
    assert "1 × properties that are in no file beside the plan" in said
    assert ("1 × rules that take over other plans' rules" if old else "1 × rules that are for no event") in said
    assert read_plan(tmp_path).events == plan.events


def test_only_what_a_plan_may_refer_to_is_read(tmp_path: Path) -> None:
    file = _project(tmp_path, old=True)
    for tools in (".git", "node_modules/other", "venv"):
        (tmp_path / tools).mkdir(parents=True)
        (tmp_path / tools / "broken.yaml").write_text("version: rudder/v1\nkind: tp\nspec: [\n")
    assert _shown(read_plan(file)) == EXPECTED
    assert _shown(read_plan(tmp_path)) == EXPECTED
    (tmp_path / "catalog" / "broken.yaml").write_text("version: rudder/v1\nkind: tp\nspec: [\n")
    # It refers to nothing, so what lies beside it does not matter.
    assert read_plan(tmp_path / "catalog" / "events.yaml").events
    with pytest.raises(UnknownPlan):
        read_plan(file)


def test_events_of_rudder_cli_without_a_plan_come_without_properties(tmp_path: Path) -> None:
    file = _project(tmp_path, old=True).parent / "catalog" / "events.yaml"
    assert {name: event.properties for name, event in read_plan(file).events.items()} == {"Order Completed": {}}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plan.json", "{}", "no tracking plan that is known here"),
        ("plan.json", "[1, 2]", "no tracking plan that is known here"),
        ("plan.json", '{"events": [{"name": "a"}]}', "no tracking plan that is known here"),
        ("plan.json", "Event Name,Property\nA,b\n", "is not JSON"),
        ("plan.csv", "Event Name,Property\nA,b\n", "is not JSON"),
        ("plan.yaml", "version: 1\nevents: {}\n", "no tracking plan of rudder-cli"),
        ("plan.yaml", "version: rudder/v1\nkind: tp\nspec: [\n", "not valid YAML"),
    ],
)
def test_another_file_is_refused_with_what_was_expected(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UnknownPlan, match=said) as caught:
        read_plan(tmp_path / name)
    assert "Segment" in caught.value.cure or "YAML" in said
    with pytest.raises(UnknownPlan, match="cannot be read"):
        read_plan(tmp_path / "absent.json")


HOSTILE = [None, 3, "x", [], {}, {"properties": 3}, {"properties": {"properties": []}}, {"properties": {"a": None}}]


@pytest.mark.parametrize("schema", HOSTILE)
def test_a_strange_schema_is_an_event_without_properties_that_show(tmp_path: Path, schema: Any) -> None:
    for data in ({"rules": [_rule(jsonSchema=schema)]}, {"events": [_event(rules=schema)]}):
        plan = _read(tmp_path, data)
        assert list(parse_manifest(draft_from_plan(plan), "m").manifest.events) == ["Order Completed"]


@pytest.mark.parametrize("name", ["yes", "a: b # c", 'say "hi"', "Ünïcode ✓", "x-own", "{}", "a\\b", "<<"])
def test_any_name_and_description_stands_in_the_draft_as_it_is(tmp_path: Path, name: str) -> None:
    schema = {"properties": {name: {"description": f"{name}\nand\tmore\x07", "enum": [f"{name}\n", None]}}}
    text = draft_from_plan(_read(tmp_path, {"rules": [_rule(key=name, jsonSchema=schema)]}))
    [(event, entry)] = parse_manifest(text, "m").manifest.events.items()
    assert (event, entry.properties[name].description) == (name, f"{name} and more")


def test_the_draft_is_written_once_and_holds(tmp_path: Path) -> None:
    file, manifest = tmp_path / "plan.json", tmp_path / "manifest.yaml"
    file.write_text(json.dumps(PLANS["Avo's export"]))
    arguments = ["--from", str(file), "--manifest", str(manifest)]
    said = CliRunner().invoke(command, arguments, catch_exceptions=False).output
    assert "1 event with 4 properties, from a tracking plan of Avo or RudderStack." in said
    assert run_check(CheckRequest(manifest, NOW)).outcome == "holds"
    manifest.write_text("# ours\n")
    assert CliRunner().invoke(command, arguments).exit_code == 1
    assert manifest.read_text() == "# ours\n"
    assert CliRunner().invoke(command, [*arguments, "--from-code"]).exit_code == 2


@pytest.mark.parametrize(
    "spec",
    ["rules: 5", "rules: [paid_id]", "rules: [{type: event_rule, event: {$ref: x}, properties: 5}]", "rules: {a: b}"],
)
def test_a_plan_of_another_shape_is_no_crash(tmp_path: Path, spec: str) -> None:
    (tmp_path / "plan.yaml").write_text(f"version: rudder/0.1\nkind: tp\nmetadata: {{name: p}}\nspec:\n  {spec}\n")
    (tmp_path / "events.yaml").write_text("version: rudder/0.1\nkind: events\nspec:\n  events: [paid_id, 5]\n")
    assert read_plan(tmp_path / "plan.yaml").events == {}


def test_a_rule_whose_key_is_no_name_is_counted(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps({"rules": [_rule(), _rule(key=["x"])]}))
    plan = read_plan(tmp_path / "plan.json")
    assert list(plan.events) == ["Order Completed"]
    assert plan.not_carried["rules whose event has no name"] == 1
