"""Daily numbers of campaigns and journeys, and days that were not collected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from storage.read.collected import recent_requests, stored_days
from storage.read.profiled import profiled_days
from storage.read.source_runs import source_rows
from storage.records import CampaignMetrics, Collected, CollectionRecord, DefinitionRecord, PropertyProfile
from storage.save import (
    mark_not_collected,
    save_campaign_metrics,
    save_campaigns,
    save_collection,
    save_definitions,
    save_journey_metrics,
    save_property_profiles,
    save_requests,
    save_source_days,
    save_workspace_zone,
)
from tests.storage_cast import (
    NOW,
    RUN,
    WORKSPACE,
    always_observed,
    answered,
    campaign,
    day,
    days,
    journeys,
    observed,
    open_warehouse,
    sends,
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path) as opened:
        yield opened


def save_sends(connection: duckdb.DuckDBPyConnection, *records: CampaignMetrics, state: str = "observed") -> int:
    return save_campaign_metrics(connection, WORKSPACE, records, lambda *_: state, always_observed, NOW)


def sent(connection: duckdb.DuckDBPyConnection, campaign_id: int = 1) -> dict[int, tuple[int | None, str]]:
    rows = connection.execute(
        "SELECT day, sent, state FROM campaign_day WHERE campaign_id = ? ORDER BY day", [campaign_id]
    ).fetchall()
    return {found.day: (number, state) for found, number, state in rows}


def test_series_go_to_their_columns_and_unknown_ones_are_kept(connection: duckdb.DuckDBPyConnection) -> None:
    record = CampaignMetrics(
        1,
        days(1, 2),
        {"sent": [3, 4], "failed": [0, 1], "delivered": [None, 2], "human_opened": [None, 5], "new_series": [7, 8]},
    )
    assert save_sends(connection, record) == 2
    rows = connection.execute("SELECT sent, failed, delivered, opened, other_series FROM campaign_day ORDER BY day")
    assert rows.fetchall() == [
        (3, 0, None, None, '{"new_series": 7}'),
        (4, 1, 2, None, '{"human_opened": 5, "new_series": 8}'),
    ]


def test_collecting_again_replaces_the_day(connection: duckdb.DuckDBPyConnection) -> None:
    save_sends(connection, sends(1, {1: 5, 2: 6}))
    save_sends(connection, sends(1, {2: 60}))
    assert sent(connection) == {1: (5, "observed"), 2: (60, "observed")}


def test_a_day_on_which_nothing_was_expected_keeps_its_number(connection: duckdb.DuckDBPyConnection) -> None:
    save_sends(connection, sends(1, {1: 2}), state="not_expected")
    assert sent(connection) == {1: (2, "not_expected")}


def test_each_day_gets_the_state_that_is_said_of_it(connection: duckdb.DuckDBPyConnection) -> None:
    def state_of(campaign_id: int, at: date) -> str:
        return "provisional" if at == day(2) else "observed"

    save_campaign_metrics(connection, WORKSPACE, [sends(1, {1: 1, 2: 2})], state_of, always_observed, NOW)
    save_journey_metrics(connection, WORKSPACE, [journeys(1, {1: 1, 2: 2})], state_of, NOW)
    for table in ("campaign_day", "journey_day"):
        states = connection.execute(f"SELECT state FROM {table} ORDER BY day").fetchall()
        assert states == [("observed",), ("provisional",)]


def test_a_series_of_another_length_than_its_days_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ValueError, match="Campaign 1: 1 values of sent for 2 days"):
        save_sends(connection, CampaignMetrics(1, days(1, 2), {"sent": [3]}))


def test_a_missing_send_count_cannot_be_stored_as_collected(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.ConstraintException):
        save_sends(connection, CampaignMetrics(1, days(1, 1), {"sent": [None]}))


def test_many_campaigns_are_saved_from_an_iterator(connection: duckdb.DuckDBPyConnection) -> None:
    records = (sends(number, {1: number, 2: number}) for number in range(450))
    assert save_campaign_metrics(connection, WORKSPACE, records, always_observed, always_observed, NOW) == 900
    assert connection.execute("SELECT sum(sent) FROM campaign_day").fetchone() == (450 * 449,)


def test_a_failure_marks_the_campaigns_that_ever_ran_and_touches_no_number(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1), campaign(2, state="draft", started=None)], NOW)
    save_sends(connection, sends(1, {1: 5}), state="provisional")
    save_sends(connection, sends(1, {2: 1}), state="not_expected")
    mark_not_collected(connection, "customerio_metrics", day(1), day(3), Collected(WORKSPACE, "failed run", NOW))
    assert sent(connection) == {1: (5, "provisional"), 2: (1, "not_expected"), 3: (None, "not_collected")}
    assert sent(connection, 2) == {}
    assert answered(connection, "customerio_metrics") == []


def test_one_refused_campaign_says_nothing_of_the_source(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1), campaign(2)], NOW)
    save_source_days(connection, "customerio_metrics", observed(1, 2), RUN)
    save_sends(connection, sends(1, {1: 5, 2: 6}))
    mark_not_collected(
        connection,
        "customerio_metrics",
        day(1),
        day(2),
        RUN,
        campaign_ids=[2],
        is_expected=lambda _campaign_id, at: at >= day(2),
        whole_source=False,
    )
    assert sent(connection, 2) == {1: (None, "not_expected"), 2: (None, "not_collected")}
    assert answered(connection, "customerio_metrics") == days(1, 2)


def test_a_journey_day_not_collected_is_filled_by_the_next_run(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1)], NOW)
    mark_not_collected(connection, "customerio_journeys", day(1), day(1), Collected(WORKSPACE, "failed run", NOW))
    assert connection.execute("SELECT started, state FROM journey_day").fetchall() == [(None, "not_collected")]
    save_journey_metrics(connection, WORKSPACE, [journeys(1, {1: 4})], always_observed, NOW)
    assert connection.execute("SELECT started, state FROM journey_day").fetchall() == [(4, "observed")]


def test_days_that_nobody_answered_for_are_told_from_days_never_asked_for(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    save_source_days(connection, "mixpanel_events", observed(1, 2), RUN)
    mark_not_collected(connection, "mixpanel_events", day(4), day(5), Collected(WORKSPACE, "failed run", NOW))
    save_source_days(connection, "mixpanel_events", observed(6, 6), RUN)
    mark_not_collected(connection, "mixpanel_events", day(7), day(7), Collected(WORKSPACE, "failed run", NOW))
    stored = stored_days(connection, WORKSPACE, "mixpanel_events")
    assert sorted(at for at, state in stored.items() if state == "not_collected") == [day(4), day(5), day(7)]
    assert answered(connection, "mixpanel_events") == [day(1), day(2), day(6)]


def test_a_changed_zone_is_noticed_and_names_the_days_to_collect_again(connection: duckdb.DuckDBPyConnection) -> None:
    later = NOW + timedelta(days=1)
    assert save_workspace_zone(connection, WORKSPACE, "Europe/Berlin", NOW) is None
    save_source_days(connection, "mixpanel_events", observed(1, 9), RUN)
    assert save_workspace_zone(connection, WORKSPACE, "Europe/Berlin", later) is None
    assert sorted(stored_days(connection, WORKSPACE, "mixpanel_events")) == days(1, 9)
    assert save_workspace_zone(connection, WORKSPACE, "America/New_York", later) == "Europe/Berlin"
    assert stored_days(connection, WORKSPACE, "mixpanel_events") == {}
    save_source_days(connection, "mixpanel_events", observed(3, 9), Collected(WORKSPACE, "run 2", later))
    assert sorted(stored_days(connection, WORKSPACE, "mixpanel_events")) == days(3, 9)


def test_the_request_budget_is_counted_over_runs_and_forgets_old_requests(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    asked = [NOW - timedelta(days=3), NOW - timedelta(minutes=90), NOW - timedelta(minutes=60), NOW]
    save_requests(connection, "42", [(at, 1) for at in asked[:2]], asked[1])
    save_requests(connection, "42", [(at, 42) for at in asked[2:]], NOW)
    save_requests(connection, "43", [(NOW, 1)], NOW)
    assert recent_requests(connection, "42", NOW - timedelta(hours=1)) == [(at, 42) for at in asked[2:]]
    assert connection.execute("SELECT count(*) FROM internal.mixpanel_request").fetchone() == (4,)


def test_freshness_tells_the_newest_run_and_the_last_complete_one(connection: duckdb.DuckDBPyConnection) -> None:
    for number, outcome, error in ((1, "complete", "slow"), (2, "failed", None)):
        at = NOW + timedelta(days=number)
        save_collection(
            connection,
            CollectionRecord(
                f"r{number}", WORKSPACE, "mixpanel_events", at, at, outcome, day(1), day(2), 3, 4, error, {"b": [1]}
            ),
        )
    save_source_days(
        connection, "mixpanel_events", {day(1): "observed", day(2): "provisional"}, Collected(WORKSPACE, "r1", NOW)
    )
    (row,) = source_rows(connection, WORKSPACE)
    assert (row["last_day"], row["outcome"], row["error"]) == (day(2), "failed", None)
    assert row["complete_at"] == NOW + timedelta(days=1)
    newest = connection.execute(
        'SELECT run_id, requests, "rows", details FROM collection ORDER BY started_at DESC LIMIT 1'
    ).fetchall()
    assert newest == [("r2", 3, 4, '{"b": [1]}')]


def test_a_property_profile_replaces_the_days_earlier_one(connection: duckdb.DuckDBPyConnection) -> None:
    first = PropertyProfile("signed_up", day(1), 100, False, {("plan", "string"): 0.9, ("old", "string"): 1.0})
    again = PropertyProfile("signed_up", day(1), 200, True, {("plan", "object"): 1.0})
    nothing_read = PropertyProfile("signed_up", day(2), 0, False, {})
    save_property_profiles(connection, WORKSPACE, [first], NOW)
    assert save_property_profiles(connection, WORKSPACE, [again, nothing_read], NOW) == 1
    rows = connection.execute("SELECT property, type, share, events_read, sampled FROM event_property").fetchall()
    assert rows == [("plan", "object", 1.0, 200, True)]
    assert profiled_days(connection, WORKSPACE) == [day(1)]


def test_the_lexicon_is_replaced_as_a_whole(connection: duckdb.DuckDBPyConnection) -> None:
    save_definitions(
        connection,
        WORKSPACE,
        [DefinitionRecord("a", "", None, "A", False, True), DefinitionRecord("a", "plan", "string", None, True, False)],
        NOW,
    )
    save_definitions(connection, WORKSPACE, [DefinitionRecord("b", "", None, None, False, False)], NOW)
    assert connection.execute("SELECT event, property, display_name FROM event_definition").fetchall() == [
        ("b", "", None)
    ]
