"""Properties that changed type, vanished or appeared, and those that only look so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from campaign_health.detection.causes.property_drift import PropertyChange, find_property_changes

LAST = date(2026, 11, 23)
Shares = Mapping[tuple[str, str], float]


def profiles(
    *by_day: tuple[int, Shares], read: int = 120, event: str = "team_invite_sent", seed: int | None = None
) -> pd.DataFrame:
    """Profile rows: (days before the last day, shares by (property, type)); with a seed the shares are sampled."""
    rng = np.random.default_rng(seed) if seed is not None else None
    rows = []
    for ago, shares in by_day:
        for (name, kind), share in {**shares, ("$os", "string"): 1.0}.items():
            seen = rng.binomial(read, share) / read if rng else share
            if seen > 0:
                rows.append((event, name, kind, LAST - timedelta(days=ago), seen, read))
    return pd.DataFrame(rows, columns=["event", "property", "type", "day", "share", "events_read"])


def only(frame: pd.DataFrame) -> PropertyChange:
    (change,) = find_property_changes(frame)
    return change


STRING: Shares = {("plan", "string"): 1.0, ("seats", "number"): 1.0}
OBJECT: Shares = {("plan", "object"): 1.0, ("seats", "number"): 1.0}


def test_a_changed_type_is_found_on_the_first_run_of_four_profiles() -> None:
    change = only(profiles((28, STRING), (14, STRING), (7, STRING), (0, OBJECT)))
    assert (change.kind, change.property, change.before, change.after) == ("type_changed", "plan", "string", "object")
    assert change.day == LAST
    assert change.last_day_before == LAST - timedelta(days=7)


def test_with_daily_profiles_it_is_found_on_its_day() -> None:
    days = [(ago, OBJECT if ago <= 3 else STRING) for ago in range(20)]
    change = only(profiles(*days, seed=1))
    assert change.day == LAST - timedelta(days=3)
    assert change.last_day_before == LAST - timedelta(days=4)


def test_a_type_that_changes_version_by_version_is_found_as_gradual() -> None:
    days = []
    for ago in range(30):
        share = min(max((14 - ago) / 14, 0), 0.95)
        days.append((ago, {("plan", "string"): 1 - share, ("plan", "object"): share}))
    change = only(profiles(*days, read=400, seed=2))
    assert change.kind == "type_changed"
    assert change.share_after > 0.8


def test_nulls_that_waver_are_no_change() -> None:
    rng = np.random.default_rng(3)
    days = []
    for ago in range(30):
        nulls = float(rng.uniform(0.2, 0.35))
        days.append((ago, {("coupon", "string"): 1 - nulls, ("coupon", "null"): nulls}))
    assert find_property_changes(profiles(*days, seed=4)) == []


def test_a_property_that_is_null_from_a_day_on_is_missing() -> None:
    days = [(ago, {("coupon", "null" if ago <= 2 else "string"): 1.0}) for ago in range(12)]
    change = only(profiles(*days))
    assert (change.kind, change.after, change.share_after) == ("missing", "null", 0.0)


def test_a_property_that_is_gone_is_missing() -> None:
    change = only(profiles((28, STRING), (14, STRING), (7, STRING), (0, {("seats", "number"): 1.0})))
    assert (change.kind, change.property, change.share_before, change.share_after) == ("missing", "plan", 1.0, 0.0)
    assert change.new_property is None


def test_its_likely_new_name_is_said() -> None:
    after: Shares = {("planTier", "string"): 1.0, ("seats", "number"): 1.0}
    before: Shares = {("plan_tier", "string"): 1.0, ("seats", "number"): 1.0}
    changes = find_property_changes(profiles((14, before), (7, before), (0, after)))
    missing = next(change for change in changes if change.kind == "missing")
    assert missing.new_property == "planTier"
    assert missing.new_property_likeness == 1.0


def test_a_third_that_lost_it_is_missing_in_part() -> None:
    less: Shares = {("export_format", "string"): 0.66}
    days = [(ago, less if ago <= 5 else {("export_format", "string"): 1.0}) for ago in range(12)]
    change = only(profiles(*days, read=90, seed=5))
    assert change.kind == "missing"
    assert 0.55 < change.share_after < 0.78


def test_a_change_that_was_undone_is_not_told() -> None:
    days = [(ago, OBJECT if 5 <= ago <= 8 else STRING) for ago in range(20)]
    assert find_property_changes(profiles(*days)) == []


def test_a_new_property_is_told_as_appeared() -> None:
    after = {**STRING, ("experiment", "string"): 0.5}
    change = only(profiles((14, STRING), (7, STRING), (0, after)))
    assert (change.kind, change.property, change.after) == ("appeared", "experiment", "string")


def test_whole_and_broken_numbers_are_one_type_and_mixpanels_own_are_left_out() -> None:
    before: Shares = {("price", "number"): 1.0, ("mp_lib", "string"): 1.0}
    after: Shares = {("price", "number"): 1.0}
    assert find_property_changes(profiles((7, before), (0, after))) == []


def test_a_handful_of_events_proves_nothing() -> None:
    less: Shares = {("plan", "string"): 0.67}
    assert find_property_changes(profiles((7, STRING), (0, {**less, ("seats", "number"): 1.0}), read=3)) == []


def test_later_days_are_not_looked_at() -> None:
    frame = profiles((14, STRING), (7, STRING), (0, OBJECT))
    assert find_property_changes(frame, as_of=LAST - timedelta(days=1)) == []


def test_no_profiles_give_no_changes() -> None:
    assert find_property_changes(profiles()) == []
    assert find_property_changes(profiles((0, STRING))) == []
