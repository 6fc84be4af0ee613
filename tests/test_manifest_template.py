"""The manifest that a newcomer starts from says, without a line of their own, what of the five events is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from campaign_health.check.run_check import CheckRequest, run_check
from campaign_health.manifest.core_events import CORE_EVENTS
from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.manifest.template import TEMPLATE
from campaign_health.route.mapping.mapped_event import CountNeeded, Mapped, StripeNeeded, mapped
from campaign_health.route.mapping.route_plan import route_plan
from tests.check_corpus import NOW

MANIFEST = parse_manifest(TEMPLATE).manifest
PERSON = {"user_id": "u1", "email": "ada@example.com", "plan_tier": "pro"}


def test_check_finds_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(TEMPLATE)
    result = run_check(CheckRequest(tmp_path / "manifest.yaml", NOW))
    assert (result.findings, result.failures) == ([], [])


def test_it_has_every_core_event_with_its_campaign_and_timing() -> None:
    assert {(one.event, one.timing) for one in CORE_EVENTS} == {(one.event, one.timing) for one in MANIFEST.campaigns}
    assert all(one.once and one.relevant_for for one in MANIFEST.campaigns)
    assert set(MANIFEST.derived) <= set(MANIFEST.events)


NEEDS = {
    "trial_signup_completed": ({"trial_day": 1}, ()),
    "first_value_action": ({"trial_day": 2, "action": "report"}, ()),
    "team_invite_sent": (
        {},
        (
            StripeNeeded("trial_day", ("trial_day",), "unknown", required=False),
            StripeNeeded("team_size", ("quantity",), "unknown", required=False),
        ),
    ),
    "paywall_limit_reached": (
        {"trial_day": 3}, (CountNeeded("hit_count", 7 * 86_400),),
    ),
    "product_inactive_7d": ({}, ()),
}  # fmt: skip


@pytest.mark.parametrize("event", NEEDS)
def test_each_of_its_events_goes_out_with_what_only_others_know(event: str) -> None:
    properties, needs = NEEDS[event]
    given: dict[str, Any] = {**PERSON, **properties, "ip": "192.0.2.1"}
    found = mapped(route_plan(MANIFEST), event, given)
    assert isinstance(found, Mapped)
    assert (found.to, found.person, found.person_by, found.needs) == (event, "u1", "id", needs)
    assert found.attributes.items() <= given.items()
    assert "ip" not in found.attributes


def test_what_is_made_where_others_do_not_come_fits_with_nothing_but_a_person() -> None:
    found = mapped(route_plan(MANIFEST), "product_inactive_7d", {"user_id": "u1"})
    assert isinstance(found, Mapped)
    assert (found.attributes, found.profile) == ({}, {})
