"""What only looks as if one event took another's place."""

from __future__ import annotations

import numpy as np
import pandas as pd

from campaign_health.detection.event.event_panel import EventPanel
from campaign_health.detection.rename.renames import find_renames
from tests.renames_cast import DAYS, FIRST, NAN, background, panel, series


def test_a_like_name_that_began_long_before_is_no_rename() -> None:
    before, after = series(140, 1), series(140, 2)
    before[90:], after[:40] = 0, 0
    assert find_renames(panel({"project.created": before, "project_created": after} | background())) == []


def test_a_like_name_beside_a_living_event_is_no_rename() -> None:
    after = series(140, 2)
    after[:90] = 0
    assert find_renames(panel({"project.created": series(140, 1), "project_created": after} | background())) == []


def test_a_like_named_feature_of_another_volume_is_no_rename() -> None:
    for factor in (0.1, 6.0):
        before, after = series(140, 1), series(140 * factor, 2)
        before[90:], after[:90] = 0, 0
        events = {"checkout_coupon_applied": before, "checkout_voucher_applied": after}
        assert find_renames(panel(events | background())) == []


def test_an_outage_of_everything_is_no_rename_and_no_stop() -> None:
    events = background() | {"project.created": series(140, 1)}
    for row in events.values():
        row[90] = 0
    after = series(140, 2)
    after[:91] = 0
    assert find_renames(panel(events | {"project_created": after})) == []


def test_hot_shard_names_are_never_a_rename() -> None:
    before, after = series(140, 1), series(140, 2)
    before[90:], after[:90] = 0, 0
    assert find_renames(panel({"project_created": before, "$hotshard_events": after} | background())) == []


def test_a_mistyped_twin_of_a_quiet_event_is_no_rename() -> None:
    quiet, twin = np.zeros(DAYS), np.zeros(DAYS)
    quiet[[10, 30, 52, 70]], twin[[91]] = 1, 1
    assert find_renames(panel({"plan_upgraded": quiet, "plan_upgradd": twin} | background())) == []


def test_days_not_collected_are_no_stop() -> None:
    before, after = series(140, 1), series(140, 2)
    events = panel({"project.created": before, "report_sent": after} | background())
    events.counts[0, 95:] = NAN
    assert find_renames(events) == []


def test_an_empty_project_has_no_renames() -> None:
    assert find_renames(EventPanel((), FIRST, np.empty((0, 0)))) == []
    assert find_renames(EventPanel.from_frame(pd.DataFrame(columns=["event", "day", "events", "state"]))) == []
