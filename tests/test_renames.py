"""Which event took another's place, and which did not."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from campaign_health.detection.event.event_panel import EventPanel
from campaign_health.detection.rename.rename import DeclaredRename, Rename, RenameDecisions
from campaign_health.detection.rename.renames import find_renames

FIRST = date(2026, 8, 3)  # a Monday
DAYS = 100
OFFICE = np.array([1.1, 1.2, 1.1, 1.0, 0.9, 0.1, 0.05])
NAN = float("nan")


def series(level: float, seed: int, days: int = DAYS, pattern: np.ndarray = OFFICE) -> np.ndarray:
    rate = level * pattern[np.arange(days) % 7]
    return np.random.default_rng(seed).poisson(rate).astype(float)


def background(count: int = 20) -> dict[str, np.ndarray]:
    words = ["report", "dashboard", "task", "board", "invoice", "comment", "file", "team", "page", "search"]
    actions = ["viewed", "exported"]
    return {
        f"{words[index % 10]}_{actions[index // 10 % 2]}": series(40 + 10 * index, 100 + index)
        for index in range(count)
    }


def panel(events: dict[str, np.ndarray]) -> EventPanel:
    counts = np.array(list(events.values()), dtype=float)
    for row in counts:
        happened = np.flatnonzero(np.nan_to_num(row) > 0)
        row[: happened[0] if len(happened) else len(row)] = NAN
    return EventPanel(tuple(events), FIRST, counts)


def handed_over(
    at: int, old: str = "project.created", new: str = "project_created", volume: float = 0.97
) -> EventPanel:
    before, after = series(140, 1), series(140 * volume, 2)
    before[at:], after[:at] = 0, 0
    return panel({old: before, new: after} | background())


def pairs(found: list[Rename]) -> set[tuple[str, str]]:
    return {(rename.old, rename.new) for rename in found}


def properties(day: date, **events: list[str]) -> pd.DataFrame:
    rows = [
        {"event": name, "property": prop, "type": "string", "day": day, "share": 1.0, "events_read": 100}
        for name, props in events.items()
        for prop in props
    ]
    return pd.DataFrame(rows)


def test_an_overnight_rename_is_found_on_its_first_day() -> None:
    (rename,) = find_renames(handed_over(at=95).until(FIRST + timedelta(days=95)))
    assert (rename.old, rename.new) == ("project.created", "project_created")
    assert rename.first_day == rename.last_day == FIRST + timedelta(days=95)
    assert rename.complete
    assert not rename.gradual
    assert rename.name_likeness == 1.0


def test_its_numbers_say_how_much_was_handed_over() -> None:
    (rename,) = find_renames(handed_over(at=80))
    assert 0.9 < rename.volume_handed_over < 1.05
    assert 85 < rename.events_a_day_before < 120
    assert rename.confidence > 0.98
    assert rename.moved_share == 1.0


def test_the_day_before_there_is_nothing_to_find() -> None:
    assert find_renames(handed_over(at=95).until(FIRST + timedelta(days=94))) == []


def test_names_differing_only_in_case_separator_tense_prefix_or_version_are_paired() -> None:
    for new in ("ProjectCreated", "Project Created", "create_project", "app.project.created", "project_created_v2"):
        assert ("project_created", new) in pairs(find_renames(handed_over(90, "project_created", new)))


def test_other_words_for_the_same_are_paired() -> None:
    found = find_renames(handed_over(90, "signup", "registration_completed", 1.0))
    assert pairs(found) == {("signup", "registration_completed")}


def test_a_gradual_hand_over_is_one_rename_and_says_so() -> None:
    share = np.clip((np.arange(DAYS) - 78) / 14, 0, 1)
    both = series(300, 3)
    new = np.round(both * share)
    (rename,) = find_renames(panel({"trip_booked": both - new, "tripBooked": new} | background()))
    assert rename.gradual
    assert (rename.last_day - rename.first_day).days >= 7
    assert 0.8 < rename.volume_handed_over < 1.2


def test_a_gradual_hand_over_is_recognised_while_it_goes_on() -> None:
    share = np.clip((np.arange(DAYS) - 90) / 20, 0, 1)
    both = series(300, 3)
    new = np.round(both * share)
    (rename,) = find_renames(panel({"trip_booked": both - new, "tripBooked": new} | background()))
    assert not rename.complete
    assert not rename.partial
    assert 0.25 < rename.moved_share < 0.6


def test_one_platform_of_three_is_a_partial_rename() -> None:
    both, share = series(300, 4), 1 / 3
    moved = np.round(both * np.where(np.arange(DAYS) >= 85, share, 0))
    (rename,) = find_renames(panel({"order_placed": both - moved, "orderPlaced": moved} | background()))
    assert rename.partial
    assert not rename.complete
    assert 0.25 < rename.moved_share < 0.42


def test_a_deployment_in_the_middle_of_the_day_splits_that_day() -> None:
    before, after = series(140, 1), series(140, 2)
    before[91:], after[:90] = 0, 0
    before[90], after[90] = before[90] * 0.4, after[90] * 0.6
    (rename,) = find_renames(panel({"file.shared": before, "file_shared": after} | background()))
    assert rename.complete


def test_two_days_of_both_names_or_a_weekend_between_are_still_a_rename() -> None:
    for stop, start in ((92, 90), (88, 90)):
        before, after = series(140, 1), series(140, 2)
        before[stop:], after[:start] = 0, 0
        assert pairs(find_renames(panel({"file.shared": before, "file_shared": after} | background())))


def test_an_event_split_into_two_names_gives_both() -> None:
    before = series(200, 5)
    ios, web = np.round(before * 0.6), np.round(before * 0.4)
    before[88:], ios[:88], web[:88] = 0, 0, 0
    found = find_renames(panel({"photo_added": before, "photo_added_ios": ios, "photo_added_web": web} | background()))
    assert pairs(found) == {("photo_added", "photo_added_ios"), ("photo_added", "photo_added_web")}
    assert found[0].other_new == (found[1].new,)


def test_two_events_joined_into_one_name_give_both() -> None:
    one, other = series(120, 5), series(90, 6)
    joined = one + other
    one[88:], other[88:], joined[:88] = 0, 0, 0
    found = find_renames(
        panel({"photo_added_ios": one, "photo_added_web": other, "photo_added": joined} | background())
    )
    assert pairs(found) == {("photo_added_ios", "photo_added"), ("photo_added_web", "photo_added")}


def test_a_rename_taken_back_is_a_rename_the_other_way() -> None:
    middle = (np.arange(DAYS) >= 50) & (np.arange(DAYS) < 90)
    one, other = series(150, 7), series(150, 8)
    one[middle], other[~middle] = 0, 0
    found = find_renames(panel({"deal.won": one, "deal_won": other} | background()))
    assert pairs(found) == {("deal_won", "deal.won")}


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


def test_a_gap_in_collecting_does_not_hide_a_rename() -> None:
    events = handed_over(at=92)
    events.counts[:, 90:94] = NAN
    assert pairs(find_renames(events)) == {("project.created", "project_created")}


def test_unlike_names_need_the_same_day_volume_and_properties() -> None:
    events = handed_over(90, "paywall_limit_reached", "usage_cap_hit", 1.0)
    own = ["hit_count", "limit", "plan_tier"]
    day = events.last_day
    shared = properties(day, paywall_limit_reached=own, usage_cap_hit=own, board_viewed=["x"], task_viewed=["y"])
    other = properties(day, paywall_limit_reached=own, usage_cap_hit=["a", "b"], board_viewed=["x"], task_viewed=["y"])
    assert pairs(find_renames(events, properties=shared)) == {("paywall_limit_reached", "usage_cap_hit")}
    assert find_renames(events, properties=other) == []


def test_shared_properties_are_told_where_known_and_none_where_not() -> None:
    events = handed_over(90)
    known = properties(events.last_day, **{"project.created": ["template", "source"], "project_created": ["template"]})
    assert find_renames(events, properties=known)[0].shared_properties == 0.5
    assert find_renames(events)[0].shared_properties is None


def test_refused_pairs_never_come_back_and_confirmed_ones_stay() -> None:
    events = handed_over(90)
    pair = ("project.created", "project_created")
    assert find_renames(events, decisions=RenameDecisions(refused={pair})) == []
    (rename,) = find_renames(events, decisions=RenameDecisions(confirmed={pair}))
    assert rename.confirmed
    assert rename.confidence == 1.0


def test_a_declared_rename_is_listed_before_anything_happens() -> None:
    events = panel({"project.created": series(140, 1)} | background())
    declared = DeclaredRename("project.created", "project_created", date(2026, 12, 1), "@platform-team")
    (rename,) = find_renames(events, declared=[declared])
    assert rename.declared
    assert not rename.started
    assert rename.first_day == date(2026, 12, 1)
    assert rename.owner == "@platform-team"


def test_a_declared_rename_that_happened_carries_its_numbers() -> None:
    declared = DeclaredRename("project.created", "project_created", None, None)
    (rename,) = find_renames(handed_over(90), declared=[declared])
    assert rename.started
    assert rename.complete
    assert rename.volume_handed_over > 0.85


def test_a_declared_rename_with_both_names_alive_has_handed_over_nothing_yet() -> None:
    after = series(140, 2)
    after[:92] = 0
    events = panel({"project.created": series(140, 1), "project_created": after} | background())
    (rename,) = find_renames(events, declared=[DeclaredRename("project.created", "project_created")])
    assert rename.started
    assert not rename.complete
    assert rename.moved_share < 0.15
    assert 0.8 < rename.volume_handed_over < 1.3


def test_every_event_moved_to_a_prefix_on_one_day_is_paired_with_its_own() -> None:
    events: dict[str, np.ndarray] = {}
    for name, row in background().items():
        moved = row.copy()
        events[name], events[f"app.{name}"] = np.where(np.arange(DAYS) < 92, row, 0), moved
        moved[:92] = 0
    found = pairs(find_renames(panel(events)))
    assert found == {(name, f"app.{name}") for name in background()}


def test_an_empty_project_has_no_renames() -> None:
    assert find_renames(EventPanel((), FIRST, np.empty((0, 0)))) == []
    assert find_renames(EventPanel.from_frame(pd.DataFrame(columns=["event", "day", "events", "state"]))) == []


def test_a_frame_becomes_a_panel_without_provisional_days() -> None:
    days = [FIRST + timedelta(days=index) for index in range(3)]
    frame = pd.DataFrame(
        {
            "event": ["b", "b", "b", "a"],
            "day": [*days, days[1]],
            "events": pd.array([1, None, 5, 7], dtype="Int64"),
            "state": ["observed", "not_collected", "provisional", "observed"],
        }
    )
    made = EventPanel.from_frame(frame)
    assert made.events == ("a", "b")
    assert made.counts.shape == (2, 2)
    assert np.isnan(made.counts[1, 1])
    assert np.isnan(made.counts[0, 0])
    assert made.counts[0, 1] == 7
