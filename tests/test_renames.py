"""Which event took another's place."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from campaign_health.detection.rename.renames import find_renames
from tests.renames_cast import DAYS, FIRST, NAN, background, handed_over, pairs, panel, properties, series


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


def test_every_event_moved_to_a_prefix_on_one_day_is_paired_with_its_own() -> None:
    events: dict[str, np.ndarray] = {}
    for name, row in background().items():
        moved = row.copy()
        events[name], events[f"app.{name}"] = np.where(np.arange(DAYS) < 92, row, 0), moved
        moved[:92] = 0
    found = pairs(find_renames(panel(events)))
    assert found == {(name, f"app.{name}") for name in background()}
