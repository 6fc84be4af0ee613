"""What the doors see of an event at a glance is what the whole look at it would say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.route.compact_json import compact_json
from campaign_health.route.doors.dialect import Posted
from campaign_health.route.doors.own_dialect import OwnDialect
from campaign_health.route.doors.received_event import DEEPEST, Unreadable
from campaign_health.route.mapping.mapped_event import Mapped, is_plainly_fit, mapped
from campaign_health.route.mapping.route_plan import RoutePlan, route_plan


def plan_of(text: str) -> RoutePlan:
    return route_plan(parse_manifest(text).manifest)


_TEXTS = st.text(st.characters(exclude_categories=()), max_size=8)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS | st.sampled_from(["12", "u1", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)

_PLAIN = plan_of("""\
version: 1
events:
  e:
    properties:
      text: {type: string, required: true}
      whole: {type: integer}
      number: {type: number}
      yes: {type: boolean}
      any: {required: true}
    route:
      attributes:
        a: text
        b: {value: whole, default: 3}
        c: {first_of: [number, whole, {count: this, within: 7 days}]}
        d: {constant: 1}
        e: any
    profile: {yes: is_so}
""")
_FLAT: Any = {"$user_id": "u1", "text": "pro", "whole": 3, "number": 0.5, "yes": True, "any": "x"}


@given(st.dictionaries(st.sampled_from(list(_FLAT)), _JSON), st.sets(st.sampled_from(list(_FLAT)), max_size=2))
def test_what_is_seen_to_fit_at_a_glance_fits(changed: dict[str, Any], without: set[str]) -> None:
    properties = {name: value for name, value in {**_FLAT, **changed}.items() if name not in without}
    if is_plainly_fit(_PLAIN.events["e"], properties, "id"):
        assert isinstance(mapped(_PLAIN, "e", properties), Mapped)


def test_most_events_are_seen_to_fit_at_a_glance_and_where_it_takes_more_none_is() -> None:
    assert is_plainly_fit(_PLAIN.events["e"], _FLAT, "id")
    assert is_plainly_fit(_PLAIN.events["e"], {"$user_id": 7, "text": "", "any": 1.5}, "id")
    for spec in ("{value: whole, as: string}", "whole.inner", "{first_of: [text, {value: whole, as: number}]}"):
        text = f"events: {{e: {{properties: {{text: {{}}, whole: {{}}}}, route: {{attributes: {{a: {spec}}}}}}}}}"
        assert not is_plainly_fit(plan_of(f"version: 1\n{text}").events["e"], _FLAT, "id")


@given(_JSON)
def test_compact_json_is_json_without_spaces(value: Any) -> None:
    assert compact_json(value) == json.dumps(value, separators=(",", ":"))


@pytest.mark.parametrize("deep", [DEEPEST - 3, DEEPEST - 2, DEEPEST - 1, DEEPEST, DEEPEST + 1])
def test_an_event_is_nested_too_deep_or_not_whatever_comes_with_it(deep: int) -> None:
    nested: Any = 1
    for _ in range(deep):
        nested = [nested]
    event = {"event": "e", "person": {"id": "u1"}, "properties": {"nested": nested}}

    def is_taken(value: Any, body: Any, *, is_batch: bool) -> bool:
        try:
            OwnDialect(is_batch=is_batch).event(value, Posted({}, {}, json.dumps(body).encode(), 10**6), 1e9)
        except Unreadable:
            return False
        return True

    fits = is_taken(event, event, is_batch=False)
    assert fits == (deep <= DEEPEST - 2)
    assert is_taken(event, {"events": [event]}, is_batch=True) == fits
    assert is_taken({"event": "e"}, {"events": [{"event": "e"}, event]}, is_batch=True)
    assert not is_taken("e", {"events": ["e"]}, is_batch=True)
