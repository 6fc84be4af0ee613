"""Breaks that begin with the event: renamed, split, handed over, removed or never seen."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from campaign_health.detection.causes import find_causes
from campaign_health.detection.rename.around_a_stop import Around, Began, Rose
from tests.causes_cast import AS_OF, SINCE, case, headline, lost, numbers, rename


def test_a_renamed_event_is_said_with_its_new_name_volume_and_properties() -> None:
    cause = headline(lost(renames=[rename()]))
    assert cause.cause == "event_renamed"
    assert cause.since == SINCE
    assert cause.sentence == (
        "`project.created` stopped on Tue 3 Mar; `project_created` began the same day with 97 % of its volume and the "
        "same properties."
    )
    assert "from `project.created` to `project_created`" in cause.next_step
    assert cause.facts["volume_handed_over"] == 0.97


def test_the_volume_of_a_first_day_is_said_no_more_exactly_than_it_is_known() -> None:
    one_day = rename(volume_handed_over=1.31, events_a_day_after=52.0, first_day=AS_OF, last_day=AS_OF)
    broken = lost(renames=[one_day], since=AS_OF)
    assert "`project_created` began the same day with about all of its volume" in headline(broken).sentence
    weeks = rename(volume_handed_over=0.7, events_a_day_after=52.0)
    assert "with 70 % of its volume" in headline(lost(renames=[weeks])).sentence


def test_an_old_name_that_is_sent_again_has_not_stopped() -> None:
    back = numbers(events=0, started=0, activated=0, sent=0)
    back.loc[back.index[-1], "events"] = 110
    found = [cause.cause for cause in find_causes(lost(numbers=back, renames=[rename(events_a_day_before=120.0)]))]
    assert "event_renamed" not in found


def test_the_name_in_use_today_is_said_where_it_was_renamed_again() -> None:
    again = rename(old="project_created", new="projectCreated", first_day=AS_OF, last_day=AS_OF)
    cause = headline(lost(renames=[rename(), again]))
    assert cause.facts["name_today"] == "projectCreated"
    assert "to `projectCreated`" in cause.next_step


def test_a_rename_of_long_ago_does_not_explain_a_break_of_today() -> None:
    old = rename(first_day=SINCE - timedelta(days=60), last_day=SINCE - timedelta(days=60))
    assert headline(lost(renames=[old])).cause == "event_removed"


def test_a_split_event_names_all_parts() -> None:
    parts = [
        rename(new="project_created_web", volume_handed_over=0.6, other_new=("project_created_ios",)),
        rename(new="project_created_ios", volume_handed_over=0.38, other_new=("project_created_web",)),
    ]
    cause = headline(lost(renames=parts))
    assert "`project_created_web` and `project_created_ios`" in cause.sentence
    assert "98 %" in cause.sentence


def test_a_hand_over_that_still_goes_on_says_how_far_it_is() -> None:
    moving = rename(complete=False, gradual=True, moved_share=0.45, last_day=AS_OF)
    cause = headline(case(kind="degraded", stage="event", numbers=numbers(events=66, started=64), renames=[moving]))
    assert cause.cause == "event_renamed"
    assert "45 % of its traffic has left the old name" in cause.sentence


def test_a_declared_hand_over_is_said_to_be_in_progress() -> None:
    cause = headline(lost(renames=[rename(declared=True)]))
    assert cause.sentence.startswith("Hand-over in progress, as the manifest says.")
    assert cause.facts["declared"] is True


def test_an_event_that_stopped_and_has_no_heir_is_removed() -> None:
    cause = headline(lost())
    assert cause.cause == "event_removed"
    assert "120 a day before, 0 a day since" in cause.sentence


def test_an_event_blocked_in_the_lexicon_is_said_to_be_blocked() -> None:
    rows = [{"event": "project.created", "property": "", "hidden": True, "dropped": True}]
    cause = headline(lost(definitions=pd.DataFrame(rows)))
    assert cause.cause == "event_removed"
    assert "blocked" in cause.sentence
    assert cause.facts["dropped_in_lexicon"] is True


def test_an_event_that_only_mixpanel_lost_is_said_to_still_start_journeys() -> None:
    cause = headline(case(kind="event_lost", stage="event", numbers=numbers(events=0)))
    assert cause.facts["campaign_still_runs"] is True
    assert "Journeys still start" in cause.sentence


def test_where_the_whole_project_fell_no_event_is_called_removed() -> None:
    cause = headline(lost(project_kept=0.02))
    assert cause.cause == "unknown"
    assert "The project's other events, taken together, fell too" in cause.sentence


def test_a_name_that_mixpanel_never_saw_gets_the_nearest_names() -> None:
    never = numbers()[["started", "sent"]] * 0
    cause = headline(case(event="Project.Creatd", stage="started", numbers=never))
    assert cause.cause == "event_unknown"
    assert cause.facts["nearest"][0]["event"] in ("project.created", "project_created")


def test_a_name_that_differs_in_capitals_only_is_told_so() -> None:
    cause = headline(case(event="Project.Created", stage="started", numbers=numbers(started=0)[["started"]]))
    assert "differs only in capital letters" in cause.sentence


def test_without_any_collected_events_no_event_is_called_unknown() -> None:
    assert headline(case(known_events=(), stage="started", numbers=numbers(started=0)[["started"]])).cause == "unknown"


def test_an_event_that_was_merged_into_another_is_said_with_the_other_s_rise() -> None:
    cause = headline(lost(around=Around(took_over=Rose("project_saved", 117.4, 0.98))))
    assert cause.cause == "event_renamed"
    assert "`project_saved`, which was there before, has 117 a day more than usual, 98 % of what" in cause.sentence
    assert "`project_saved`" in cause.next_step


def test_where_no_new_name_was_recognised_what_began_is_listed() -> None:
    began = tuple(Began(f"event_{number}", SINCE, 50.0 - number) for number in range(6))
    sentence = headline(lost(around=Around(began=began))).sentence
    assert (
        "none of the events that began on those days was recognised as its new name: `event_0` (50 a day)" in sentence
    )
    assert sentence.endswith("and 2 more.")


def test_where_nothing_began_that_is_said() -> None:
    assert headline(lost()).sentence.endswith("no other event began on those days.")
