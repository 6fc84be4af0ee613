"""A channel hears once that a broadcast or transactional message broke, and once that it recovered."""

from __future__ import annotations

from datetime import date

import pytest

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.situation import Situation
from campaign_health.alerts.digest.told_beside import told_beside
from campaign_health.state.beside_campaigns import BesideCampaigns, TriggeredState

TODAY = date(2026, 9, 14)


def now(status: str, since: date = date(2026, 9, 10)) -> BesideCampaigns:
    return BesideCampaigns((TriggeredState("default", "broadcast", 44, "Sign-up notice", status, since=since),))


def hear(status: str, said: set[str], since: date = date(2026, 9, 10)) -> list[str]:
    """What is new to a channel that was told `said`; it is then told of that."""
    told = list(told_beside(now(status, since), said))
    said.update(one.change_id for one in told)
    return [one.said for one in told if not one.told]


def test_the_break_and_the_recovery_are_told_once_each_and_again_at_the_next_break() -> None:
    said: set[str] = set()
    assert len(hear("silent", said)) == 1
    assert hear("silent", said) == []
    assert hear("silent", said, since=date(2026, 9, 9)) == [], "its first day moved, and that is no news"
    assert hear("degraded", said) == [], "part of its sends is back, and it is as broken"
    assert hear("healthy", said) == ["Recovered: its sends are as expected again."]
    assert hear("healthy", said) == []
    assert len(hear("silent", said)) == 1
    assert len(hear("healthy", said)) == 1


@pytest.mark.parametrize("status", ["not_collected", "not_running", "learning", "too_quiet", "charted"])
def test_what_is_not_known_to_send_again_has_not_recovered(status: str) -> None:
    said: set[str] = set()
    hear("silent", said)
    assert hear(status, said) == []


def test_what_was_healthy_all_along_is_not_told() -> None:
    assert hear("healthy", set()) == []


def test_a_recovery_is_not_counted_among_the_broken() -> None:
    said = {"broken_beside:broadcast:44:0"}
    situation = Situation(
        workspace="default", incidents=(), changes=(), failed_sources=(), counts={"healthy": 3}, judged_day=TODAY,
        beside=tuple(told_beside(now("healthy"), said)),
    )  # fmt: skip
    digest = build_digest(situation, announcement_id="A", kind="digest", today=TODAY, dashboard_url=None)
    assert digest.headline == "1 transactional message or broadcast has recovered"
    assert digest.change_ids == ("recovered_beside:broadcast:44:0",)
