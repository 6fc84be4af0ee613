"""An event goes out as the manifest says, or with the reason why it does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.manifest.routed import RESERVED
from campaign_health.route.mapping.mapped_event import CountNeeded, Mapped, StripeNeeded, Unfit, mapped
from campaign_health.route.mapping.route_plan import RoutePlan, route_plan

MANIFEST = """\
version: 1
events:
  limit_reached:
    properties:
      user_id: {type: string, required: true}
      plan_tier: {type: string, required: true}
      trial_day: {type: integer}
      price: {type: number}
      active: {type: boolean}
      tags: {type: array}
      limits: {type: object}
      team_size: {type: integer}
      unmapped: {type: integer, required: true}
    route:
      to: paywall
      person: {id: user_id, email: contact.email}
      attributes:
        plan_name: plan_tier
        day: trial_day
        price: price
        active: active
        tags: tags
        project_limit: limits.projects
        cast: {value: trial_day, as: integer, default: -1}
        source: {constant: app}
        hits: {count: this, within: 7 days}
        seats: {first_of: [team_size, {stripe: seats}, {stripe: quantity, otherwise: 1}]}
        never: not_declared
    profile: {plan_tier: plan}
  unrouted: {properties: {user_id: {type: string}}}
"""
FITTING = {"user_id": "u1", "plan_tier": "pro"}


def plan_of(text: str = MANIFEST, **how: Any) -> RoutePlan:
    return route_plan(parse_manifest(text).manifest, **how)


def map_one(**properties: Any) -> Mapped | Unfit | None:
    return mapped(plan_of(), "limit_reached", {**FITTING, **properties})


def attribute(spec: str, properties: dict[str, Any], declared: str = "{p: {}, q: {}}") -> Any:
    """What one attribute becomes: its value, what it needs, why it does not fit, or None where it is left out."""
    text = f"version: 1\nevents:\n  a:\n    properties: {declared}\n    route: {{attributes: {{x: {spec}}}}}\n"
    found = mapped(plan_of(text), "a", {"$user_id": "u1", **properties})
    if not isinstance(found, Mapped):
        return found
    return found.needs[0] if found.needs else found.attributes.get("x")


def test_an_event_goes_out_under_its_name_there_with_its_attributes() -> None:
    found = map_one(trial_day=3, price=1.5, active=True, tags=["a"], limits={"projects": 5}, contact={"email": "A@b.c"})
    assert found == Mapped(
        to="paywall",
        person="u1",
        person_by="id",
        attributes={
            "plan_name": "pro", "day": 3, "price": 1.5, "active": True, "tags": ["a"], "project_limit": 5, "cast": 3,
            "source": "app",
        },
        profile={"plan": "pro"},
        needs=(CountNeeded("hits", 604_800), StripeNeeded("seats", ("seats", "quantity"), 1, required=False)),
    )  # fmt: skip


def test_an_event_without_a_route_is_not_moved() -> None:
    assert mapped(plan_of(), "unrouted", FITTING) is None
    assert mapped(plan_of(), "never_heard_of", FITTING) is None


UNFIT = {
    "a required property is missing": ({"plan_tier": None}, Unfit("missing_property", "plan_tier")),
    "a text for an integer": ({"trial_day": "3"}, Unfit("wrong_type", "trial_day")),
    "a fraction for an integer": ({"trial_day": 2.5}, Unfit("wrong_type", "trial_day")),
    "true for a number": ({"price": True}, Unfit("wrong_type", "price")),
    "a number for true": ({"active": 1}, Unfit("wrong_type", "active")),
    "an object for a list": ({"tags": {}}, Unfit("wrong_type", "tags")),
    "a text for an object": ({"limits": "5"}, Unfit("wrong_type", "limits")),
    "an infinite number": ({"price": float("inf")}, Unfit("mapping_error", "price")),
    "half a character": ({"plan_tier": "\ud800"}, Unfit("mapping_error", "plan_tier")),
    "half a character within": ({"tags": [{"a": "\ud800"}]}, Unfit("mapping_error", "tags")),
    "nobody": ({"user_id": None}, Unfit("no_person", "user_id")),
    "a word that is nobody": ({"user_id": "undefined", "$user_id": "u2"}, Unfit("no_person", "user_id")),
}


@pytest.mark.parametrize(("properties", "unfit"), UNFIT.values(), ids=UNFIT)
def test_an_event_that_does_not_fit_says_why(properties: dict[str, Any], unfit: Unfit) -> None:
    assert map_one(**properties) == unfit


def test_a_property_that_nobody_maps_stops_nothing() -> None:
    assert isinstance(map_one(unmapped="no integer"), Mapped)


def test_a_whole_number_is_an_integer() -> None:
    found = map_one(trial_day=3.0)
    assert isinstance(found, Mapped)
    assert found.attributes["day"] == 3


@pytest.mark.parametrize(
    ("to", "given_value", "made"),
    [
        ("integer", "12", 12), ("integer", "-3", -3), ("integer", 12.0, 12), ("integer", "12a", None),
        ("integer", " 12", None), ("integer", "1.0", None), ("integer", "007", None), ("integer", True, None),
        ("integer", 1.5, None), ("integer", "", None), ("integer", "9007199254740993", None), ("integer", [1], None),
        ("integer", "١٢", None), ("number", "1.5", 1.5), ("number", "1e3", 1000.0), ("number", "1e999", None),
        ("number", "1,5", None), ("number", "nan", None), ("number", 7, 7), ("number", False, None),
        ("string", 12, "12"), ("string", 1.5, "1.5"), ("string", True, "true"), ("string", "a", "a"),
        ("string", {}, None), ("boolean", "true", True), ("boolean", "false", False), ("boolean", "True", None),
        ("boolean", 1, None), ("boolean", "yes", None),
    ],
)  # fmt: skip
def test_a_cast_never_guesses(to: str, given_value: Any, made: Any) -> None:
    found = attribute(f"{{value: p, as: {to}}}", {"p": given_value})
    expected = Unfit("wrong_type", "p") if made is None else made
    assert (type(found), found) == (type(expected), expected)


FORMS = {
    "nothing where it is not required": ("p", {}, None),
    "null is nothing": ("p", {"p": None}, None),
    "a default for nothing": ("{value: p, default: 0}", {}, 0),
    "false is something": ("{value: p, default: true}", {"p": False}, False),
    "the first there is": ("{first_of: [p, q]}", {"q": 2}, 2),
    "the first of both": ("{first_of: [p, q]}", {"p": 0, "q": 2}, 0),
    "none of them": ("{first_of: [p, q]}", {}, None),
    "a constant at last": ("{first_of: [p, {constant: 1}]}", {}, 1),
    "no Stripe where the event has it": ("{first_of: [p, {stripe: seats}]}", {"p": 2}, 2),
    "Stripe first, then the event": (
        "{first_of: [{stripe: seats}, p]}", {"p": 2}, StripeNeeded("x", ("seats",), 2, required=False),
    ),
    "Stripe that must say it": (
        "{stripe: tier, required: true}", {}, StripeNeeded("x", ("tier",), "unknown", required=True),
    ),
    "a count where the event has none": (
        "{first_of: [p, {count: this, within: a day}]}", {}, CountNeeded("x", 86_400),
    ),
    "no count where the event has one": ("{first_of: [p, {count: this, within: a day}]}", {"p": 4}, 4),
    "a path": ("p.a.b", {"p": {"a": {"b": 1}}}, 1),
    "a path into no object": ("p.a", {"p": [1]}, None),
    "an undeclared property with the path for its name": ("p.a", {"p.a": "secret"}, None),
    "an undeclared property": ("r", {"r": "secret"}, None),
}  # fmt: skip


@pytest.mark.parametrize(("spec", "properties", "expected"), FORMS.values(), ids=FORMS)
def test_each_form_of_an_attribute(spec: str, properties: dict[str, Any], expected: Any) -> None:
    found = attribute(spec, properties)
    assert (type(found), found) == (type(expected), expected)


def test_an_exact_name_wins_over_a_path() -> None:
    declared = "{p: {type: object}, p.a: {type: integer}}"
    assert attribute("p.a", {"p.a": 1, "p": {"a": 2}}, declared) == 1
    assert attribute("p.a", {"p": {"a": 2}}, declared) == 2
    assert attribute("p.a", {"p.a": "1", "p": {"a": 2}}, declared) == Unfit("wrong_type", "p.a")


def test_a_required_property_may_have_an_alternative() -> None:
    declared = "{p: {required: true}, q: {}}"
    assert attribute("{first_of: [p, q]}", {"q": 1}, declared) == 1
    assert attribute("{first_of: [p, q]}", {}, declared) == Unfit("missing_property", "p")
    assert attribute("{value: p, default: 1}", {}, declared) == 1
    assert attribute("{value: p, as: integer}", {}, declared) == Unfit("missing_property", "p")


def test_a_workspace_that_knows_people_by_address_is_sent_the_address() -> None:
    plan = plan_of(person_by="email")
    found = mapped(plan, "limit_reached", {**FITTING, "contact": {"email": "A@b.c"}})
    assert isinstance(found, Mapped)
    assert (found.person, found.person_by) == ("a@b.c", "email")
    assert mapped(plan, "limit_reached", {**FITTING, "email": "other@b.c"}) == Unfit("no_person", "contact.email")


RENAMED = """\
version: 1
events:
  created: {route: {}}
  project_created: {route: ROUTE}
renames:
  - {from: project.created, to: projectCreated}
  - {from: projectCreated, to: project_created}
"""


def test_a_reviewed_rename_goes_out_under_one_name() -> None:
    names = ("project.created", "projectCreated", "project_created")
    person = {"$user_id": "u1"}

    def sent_as(route: str, **how: Any) -> list[str | None]:
        plan = plan_of(RENAMED.replace("ROUTE", route), **how)
        found = [mapped(plan, name, person) for name in names]
        return [one.to if isinstance(one, Mapped) else None for one in found]

    assert sent_as("{}") == ["project_created"] * 3
    assert sent_as("{to: made}") == ["made"] * 3
    assert sent_as("{}", listened_to=["project.created", "created"]) == ["project.created"] * 3
    assert sent_as("{}", listened_to=["project.created", "project_created"]) == ["project_created"] * 3
    assert sent_as("{to: made}", listened_to=["project.created"]) == ["made"] * 3


def test_a_name_with_a_route_of_its_own_keeps_it() -> None:
    text = RENAMED.replace("ROUTE", "{to: new}").replace(
        "  created:", "  projectCreated: {route: {to: old}}\n  created:"
    )
    plan = plan_of(text)
    assert {name: plan.events[name].to for name in ("project.created", "projectCreated", "project_created")} == {
        "project.created": "new", "projectCreated": "old", "project_created": "new",
    }  # fmt: skip


_TEXTS = st.text(st.characters(exclude_categories=()), max_size=8)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS | st.sampled_from(["12", "u1", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS | st.just("projects"), inner, max_size=3),
    max_leaves=6,
)
_NAMES = st.sampled_from(
    ["user_id", "plan_tier", "trial_day", "price", "active", "tags", "limits", "team_size", "contact",
     "limits.projects", "not_declared", *sorted(RESERVED)]
)  # fmt: skip
_ROUTED = parse_manifest(MANIFEST).manifest.events["limit_reached"]
_PLAN = plan_of()
# Of the declared types, so that most of it fits but for what no type tells: half a character, no number.
_BASE = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from(["u1", "undefined", "\ud800"]),
        "plan_tier": _TEXTS | st.just("\ud800"),
        "trial_day": st.integers(),
        "price": st.floats(),
        "tags": st.lists(_JSON, max_size=2),
        "limits": st.dictionaries(st.just("projects") | _TEXTS, _JSON, max_size=2),
    },
).map(lambda drawn: {**FITTING, **drawn})
_EITHER = st.just({}) | _BASE


@given(_EITHER, st.dictionaries(_NAMES | _TEXTS, _JSON, max_size=8))
def test_mapping_never_raises_and_never_sends_what_is_not_mapped(
    base: dict[str, Any], properties: dict[str, Any]
) -> None:
    found = mapped(_PLAN, "limit_reached", {**properties, **base})
    assert isinstance(found, Mapped | Unfit)
    if isinstance(found, Unfit):
        assert found.reason in {"missing_property", "wrong_type", "no_person", "mapping_error"}
        return
    assert _ROUTED.route is not None
    assert set(found.attributes) <= set(_ROUTED.route.attributes) - {"never"} - RESERVED
    assert set(found.profile) <= {"plan"}


@given(_EITHER, st.dictionaries(_NAMES | _TEXTS, _JSON, max_size=6), _TEXTS)
def test_what_is_not_declared_changes_nothing(base: dict[str, Any], properties: dict[str, Any], other: str) -> None:
    declared = {*_ROUTED.properties, "contact", "contact.email", "email", "$email"}
    fitting = {name: value for name, value in {**properties, **base}.items() if name in declared}
    more = {"not_declared": 1, "limits.projects": "secret", **dict.fromkeys(RESERVED, "thief@b.c")}
    more |= {} if other in declared else {other: 1}
    assert mapped(_PLAN, "limit_reached", {**more, **fitting}) == mapped(_PLAN, "limit_reached", fitting)
