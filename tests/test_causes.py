"""The cause of one campaign's break, with its evidence and the next step."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from campaign_health.detection.causes import BrokenCampaign, Cause, campaign_numbers, find_causes
from campaign_health.detection.property_drift import PropertyChange
from campaign_health.detection.rename import Rename

SINCE, AS_OF = date(2026, 3, 3), date(2026, 3, 9)
BEFORE, AFTER = 40, 7
HEALTHY = {"events": 120, "started": 118, "activated": 100, "never_activated": 18, "created": 100, "drafted": 0}
HEALTHY |= {"sent": 98, "delivered": 96, "failed": 1, "undeliverable": 1, "suppressed": 0, "bounced": 2}


def numbers(**since: float | None) -> pd.DataFrame:
    """Forty healthy days and seven days since the break on which the named series have another value."""
    days = pd.date_range(SINCE - timedelta(days=BEFORE), periods=BEFORE + AFTER)
    frame = pd.DataFrame({name: [float(value)] * (BEFORE + AFTER) for name, value in HEALTHY.items()}, index=days)
    for name, value in since.items():
        frame.loc[frame.index >= pd.Timestamp(SINCE), name] = np.nan if value is None else float(value)
    frame.index.name = "day"
    return frame


def messages(state: str = "automatic", required: tuple[str, ...] = ("event.plan",), count: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"message_id": 7 + index, "name": f"Mail {index + 1}", "type": "email", "sending_state": state,
             "required_variables": list(required), "optional_variables": []}
            for index in range(count)
        ]
    )  # fmt: skip


def versions(*changes: dict[str, Any], at: str = "2026-03-03 15:00") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"valid_from": pd.Timestamp("2026-01-01"), "changes": "[]"},
            {"valid_from": pd.Timestamp(at), "changes": json.dumps(list(changes))},
        ]
    )


def failures(text: str, first: str = "2026-03-04", last: str = "2026-03-09") -> pd.DataFrame:
    return pd.DataFrame([{"failure_message": text, "first_read": pd.Timestamp(first), "last_read": pd.Timestamp(last)}])


def case(**fields: Any) -> BrokenCampaign:
    made = BrokenCampaign(
        campaign_id=16,
        name="Project kick-off tips",
        state="running",
        trigger_kind="event",
        event="project.created",
        kind="silent",
        stage="sent",
        since=SINCE,
        as_of=AS_OF,
        numbers=numbers(),
        messages=messages(),
        known_events={"project.created", "project_created", "report_exported"},
        uses={"plan"},
    )
    return replace(made, **fields)


def lost(**fields: Any) -> BrokenCampaign:
    gone = numbers(events=0, started=0, activated=0, never_activated=0, created=0, sent=0, delivered=0, failed=0)
    return case(**{"kind": "event_lost", "stage": "event", "numbers": gone, **fields})


def rename(**fields: Any) -> Rename:
    made = Rename("project.created", "project_created", SINCE, SINCE, False, 1.0, 0.97, 1.0, 0.99)
    return replace(made, **fields)


def drift(kind: str = "type_changed", **fields: Any) -> PropertyChange:
    made = PropertyChange(
        "project.created", "plan", kind, SINCE, "string", "object", 1.0, 1.0, None, SINCE - timedelta(days=1), 800
    )
    return replace(made, **fields)


def headline(broken: BrokenCampaign) -> Cause:
    return find_causes(broken)[0]


def test_a_renamed_event_is_said_with_its_new_name_volume_and_properties() -> None:
    cause = headline(lost(renames=[rename()]))
    assert cause.cause == "event_renamed"
    assert cause.since == SINCE
    assert cause.sentence == (
        "`project.created` stopped on 3 March; `project_created` began the same day with 97 % of its volume and the "
        "same properties."
    )
    assert "from `project.created` to `project_created`" in cause.next_step
    assert cause.facts["volume_handed_over"] == 0.97


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


def test_one_platform_under_a_new_name_is_part_of_the_traffic() -> None:
    part = rename(complete=False, partial=True, moved_share=0.34, volume_handed_over=0.98)
    cause = headline(case(kind="degraded", stage="event", numbers=numbers(events=80, started=79), renames=[part]))
    assert cause.cause == "part_of_traffic_broke"
    assert "`project_created`" in cause.sentence
    assert "34 %" in cause.sentence


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


def test_a_changed_type_of_a_used_property_comes_before_the_failing_messages() -> None:
    broken = case(
        numbers=numbers(failed=98, sent=1, delivered=1),
        property_changes=[drift()],
        failures=failures("Liquid error: 'event.plan' is not a string"),
    )
    causes = find_causes(broken)
    assert [cause.cause for cause in causes[:2]] == ["property_type_changed", "message_failing"]
    assert "was text and is an object" in causes[0].sentence
    assert "Customer.io's failure message names it." in causes[0].sentence


def test_a_missing_property_says_its_likely_new_name() -> None:
    broken = case(
        numbers=numbers(failed=98, sent=1),
        property_changes=[drift("missing", after=None, share_after=0.0, new_property="plan_tier")],
    )
    cause = headline(broken)
    assert cause.cause == "property_missing"
    assert "`plan_tier`" in cause.sentence
    assert "`plan_tier`" in cause.next_step


def test_a_changed_property_that_closes_the_filter_is_the_cause() -> None:
    broken = case(
        stage="activated",
        numbers=numbers(activated=0, never_activated=118, created=0, sent=0),
        property_changes=[drift()],
    )
    causes = find_causes(broken)
    assert [cause.cause for cause in causes[:2]] == ["property_type_changed", "filter_no_longer_matches"]


def test_a_property_that_changed_at_another_time_is_not_blamed() -> None:
    old = drift(day=SINCE - timedelta(days=20), last_day_before=SINCE - timedelta(days=21))
    broken = case(numbers=numbers(failed=98, sent=1), property_changes=[old])
    assert headline(broken).cause == "message_failing"


def test_a_property_that_a_third_lost_is_part_of_the_traffic() -> None:
    broken = case(
        kind="degraded",
        stage="activated",
        numbers=numbers(activated=66, never_activated=52, created=66, sent=65),
        property_changes=[drift("missing", property="export_format", after=None, share_after=0.66)],
    )
    cause = headline(broken)
    assert cause.cause == "part_of_traffic_broke"
    assert "34 % of `project.created` comes without `export_format`" in cause.sentence


def test_a_part_that_sends_another_name_is_told_with_that_name() -> None:
    change = drift("missing", property="export_format", after=None, share_after=0.66, new_property="exportFormat")
    left = numbers(activated=66, never_activated=52, created=66, sent=65)
    cause = headline(case(kind="degraded", stage="activated", numbers=left, property_changes=[change]))
    assert cause.cause == "part_of_traffic_broke"
    assert "`exportFormat` began at the same time and looks like its new name." in cause.sentence
    assert "let what uses `export_format` accept `exportFormat`, too" in cause.next_step


def test_a_share_that_comes_and_goes_is_no_part_of_the_traffic() -> None:
    fields = {"kind": "degraded", "stage": "started", "messages": None}
    steady = case(**fields, numbers=numbers(started=60, activated=51, created=51, sent=50))
    assert headline(steady).cause == "part_of_traffic_broke"
    wavering = numbers()
    for name in ("started", "activated", "created", "sent"):
        since = wavering.index >= pd.Timestamp(SINCE)
        wavering.loc[since, name] = np.round(wavering.loc[since, name] * [0.1, 0.9, 0.2, 0.95, 0.1, 0.9, 0.2])
    assert headline(case(**fields, numbers=wavering)).cause != "part_of_traffic_broke"


def test_a_part_of_the_events_that_comes_and_goes_is_no_part_of_the_traffic() -> None:
    fields = {"kind": "degraded", "stage": "event", "messages": None}
    half = {"started": 59, "activated": 50, "created": 50, "sent": 49}
    assert headline(case(**fields, numbers=numbers(events=60, **half))).cause == "part_of_traffic_broke"
    wavering = numbers(**half)
    wavering.loc[wavering.index >= pd.Timestamp(SINCE), "events"] = [10, 110, 20, 115, 10, 110, 20]
    assert headline(case(**fields, numbers=wavering)).cause != "part_of_traffic_broke"


@pytest.mark.parametrize(
    ("stage", "silent", "degraded"),
    [
        ("sent", "nothing is sent", "fewer messages are sent"),
        ("delivered", "not delivered", "fewer of them are delivered"),
        ("started", "no longer start journeys", "start fewer journeys"),
    ],
)
def test_without_a_cause_it_is_said_whether_all_or_a_part_is_missing(stage: str, silent: str, degraded: str) -> None:
    healthy = numbers()
    assert silent in headline(case(kind="silent", stage=stage, numbers=healthy)).sentence
    said = headline(case(kind="degraded", stage=stage, numbers=healthy)).sentence
    assert degraded in said
    assert silent not in said


def test_failing_messages_name_the_variable() -> None:
    broken = case(
        numbers=numbers(failed=97, sent=2),
        failures=failures("Variable 'customer.company_name' is missing"),
    )
    cause = headline(broken)
    assert cause.cause == "message_failing"
    assert cause.facts["variables"] == ["customer.company_name"]
    assert "{{ customer.company_name | default: 'your company' }}" in cause.next_step


def test_a_message_set_to_draft_is_named() -> None:
    cause = headline(case(numbers=numbers(drafted=100, sent=0, failed=0), messages=messages("draft")))
    assert cause.cause == "message_draft_or_off"
    assert "`Mail 1` only queues drafts" in cause.sentence
    assert cause.facts["drafted_since"] == 700


def test_a_message_switched_off_makes_nothing() -> None:
    cause = headline(case(numbers=numbers(created=0, sent=0, failed=0), messages=messages("off")))
    assert cause.cause == "message_draft_or_off"
    assert "switched off" in cause.sentence


def test_a_message_off_beside_sending_ones_is_not_said_to_stop_everything() -> None:
    mixed = pd.concat([messages("off"), messages("automatic", count=2)], ignore_index=True)
    some_left = numbers(created=70, sent=69, failed=1)
    cause = headline(case(kind="degraded", numbers=some_left, messages=mixed))
    assert cause.cause == "message_draft_or_off"
    assert cause.confidence <= 0.5
    assert "70 % of the usual messages are made since 3 March. When it was switched off is not" in cause.sentence
    switch = versions({"field": "messages.7.sending_state", "from": "automatic", "to": "off"})
    seen = headline(case(kind="degraded", numbers=some_left, messages=mixed, versions=switch))
    assert (seen.cause, seen.confidence) == ("message_draft_or_off", 0.85)
    assert seen.sentence.endswith("70 % of the usual messages are made since 3 March.")


def test_an_off_message_beside_sending_ones_is_not_blamed_for_other_breaks() -> None:
    mixed = pd.concat([messages("off"), messages("automatic")], ignore_index=True)
    cause = headline(case(numbers=numbers(failed=97, sent=2), messages=mixed))
    assert cause.cause == "message_failing"


def test_recipients_without_an_address_are_unreachable() -> None:
    cause = headline(case(numbers=numbers(undeliverable=98, sent=1)))
    assert cause.cause == "recipients_unreachable"
    assert "no address on the profile" in cause.sentence
    assert headline(case(numbers=numbers(suppressed=98, sent=1))).facts["loss"] == "suppressed"


def test_a_filter_that_nobody_passes_is_said_with_the_journeys_that_started() -> None:
    cause = headline(case(stage="activated", numbers=numbers(activated=0, never_activated=118, created=0, sent=0)))
    assert cause.cause == "filter_no_longer_matches"
    assert "826 journeys started since 3 March and nobody passed" in cause.sentence


def test_an_edited_filter_comes_before_a_filter_that_no_longer_matches() -> None:
    change = {"field": "filter_segment_ids", "from": [3], "to": [3, 18]}
    broken = case(
        stage="activated",
        numbers=numbers(activated=0, never_activated=118, created=0, sent=0),
        versions=versions(change),
    )
    cause = headline(broken)
    assert cause.cause == "campaign_edited"
    assert "from [3] to [3, 18]" in cause.sentence


def test_an_edit_counts_on_its_local_day() -> None:
    change = {"field": "event_name", "from": "a", "to": "project.created"}
    late = versions(change, at="2026-03-01 04:30")  # still 28 February in New York
    broken = case(stage="started", numbers=numbers(started=0, sent=0), versions=late)
    assert headline(replace(broken, since=date(2026, 3, 2))).cause == "campaign_edited"
    assert headline(replace(broken, since=date(2026, 3, 2), time_zone="America/New_York")).cause == "unknown"


def test_a_new_name_or_tag_is_no_cause() -> None:
    changes = versions({"field": "name", "from": "a", "to": "b"}, {"field": "tags", "from": [], "to": ["x"]})
    assert headline(case(stage="started", numbers=numbers(started=0, sent=0), versions=changes)).cause == "unknown"


def test_a_stopped_campaign_is_said_with_the_day() -> None:
    broken = case(state="stopped", versions=versions({"field": "state", "from": "running", "to": "stopped"}))
    cause = headline(broken)
    assert cause.cause == "campaign_stopped"
    assert cause.since == SINCE
    assert "set to stopped in Customer.io on 3 March" in cause.sentence


def test_a_steady_missing_part_looks_like_one_platform() -> None:
    broken = case(kind="degraded", stage="started", numbers=numbers(started=78, activated=66, created=66, sent=65))
    cause = headline(broken)
    assert cause.cause == "part_of_traffic_broke"
    assert "34 %" in cause.sentence


def test_nothing_found_is_said_plainly_with_what_was_ruled_out() -> None:
    zero = numbers(started=0, activated=0, never_activated=0, created=0, sent=0, delivered=0, failed=0)
    cause = headline(case(stage="started", numbers=zero, versions=versions(at="2026-01-02"), others_broken=["Welcome"]))
    assert cause.cause == "unknown"
    assert cause.confidence == 0.0
    assert "`Welcome` broke at the same time" in cause.sentence
    assert "The event still comes: `project.created` 120 a day, 120 a day before." in cause.ruled_out
    assert "Every message is set to send." in cause.ruled_out
    assert "activity log" in cause.next_step


def test_what_was_not_collected_is_not_said_to_be_in_order() -> None:
    bare = case(stage="sent", numbers=numbers(sent=0)[["sent"]], messages=None, uses=())
    ruled_out = " ".join(headline(bare).ruled_out)
    assert "could not be checked" in ruled_out
    assert "No more messages fail" not in ruled_out


def test_days_not_collected_say_nothing() -> None:
    holes = numbers(failed=None, sent=None, created=None)
    assert headline(case(numbers=holes)).cause == "unknown"


def test_the_owner_is_the_one_to_ask() -> None:
    assert "Ask @platform-team" in headline(lost(owner="@platform-team")).next_step
    assert "ask @platform-team" in headline(lost(owner="@platform-team", renames=[rename()])).next_step


def test_every_cause_is_fit_for_json() -> None:
    for broken in (lost(renames=[rename()]), lost(), case(numbers=numbers(failed=98, sent=1)), case(event=None)):
        for cause in find_causes(broken):
            assert json.loads(json.dumps(cause.as_json(), allow_nan=False))["cause"] == cause.cause


def test_the_numbers_of_a_case_come_from_the_three_tables() -> None:
    day = pd.Timestamp(SINCE)
    event_day = pd.DataFrame({"event": ["a", "b"], "day": [day, day], "events": pd.array([5, 9], dtype="Int64")})
    campaign_day = pd.DataFrame({"campaign_id": [1], "day": [day], "sent": pd.array([None], dtype="Int64")})
    journey_day = pd.DataFrame({"campaign_id": [1], "day": [day + pd.Timedelta(days=1)], "started": [4]})
    made = campaign_numbers(event_day, campaign_day, journey_day, 1, "a", AS_OF)
    assert made.loc[day, "events"] == 5
    assert np.isnan(made.loc[day, "sent"])
    assert made.loc[day + pd.Timedelta(days=1), "started"] == 4
