"""Campaign definitions are versioned: what changed, and when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from storage.read.collected import existing_campaigns
from storage.read.one_campaign import campaign_edits
from storage.records import CampaignFailures
from storage.save import mark_campaign_gone, save_campaigns, save_failures
from tests.storage_cast import NOW, WORKSPACE, campaign, message, open_warehouse

LATER = NOW + timedelta(days=1)
EDIT = NOW + timedelta(hours=5)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path) as opened:
        yield opened


def versions(connection: duckdb.DuckDBPyConnection) -> list[tuple[datetime, datetime | None, list[dict[str, Any]]]]:
    rows = connection.execute(
        "SELECT valid_from, valid_to, changes FROM campaign_version ORDER BY campaign_id, valid_from"
    ).fetchall()
    return [(began, ended, json.loads(changes)) for began, ended, changes in rows]


def column(connection: duckdb.DuckDBPyConnection, name: str) -> list[Any]:
    return [value for (value,) in connection.execute(f"SELECT {name} FROM campaign ORDER BY campaign_id").fetchall()]


def naive(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None)


def test_the_first_read_is_a_version_without_changes(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign()], NOW)
    assert versions(connection) == [(naive(NOW), None, [])]


def test_reading_the_same_again_adds_no_version(connection: duckdb.DuckDBPyConnection) -> None:
    tagged = replace(campaign(messages=[message()]), tags=["b", "a"])
    save_campaigns(connection, WORKSPACE, [tagged], NOW)
    save_campaigns(connection, WORKSPACE, [replace(tagged, tags=["a", "b"], updated=EDIT)], LATER)
    assert len(versions(connection)) == 1
    assert column(connection, "seen_at") == [naive(LATER)]


def test_a_change_is_told_field_by_field_from_the_time_customerio_gives(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(definition={"filters": {"and": [1]}})], NOW)
    changed = campaign(state="stopped", event="signed.up", updated=EDIT, definition={"filters": {"and": [1, 2]}})
    save_campaigns(connection, WORKSPACE, [changed], LATER)
    first, second = versions(connection)
    (edit,) = campaign_edits(connection, WORKSPACE, 1)
    assert (edit.made_at, edit.unchanged_at) == (naive(EDIT), None)
    assert first[1] == second[0] == naive(EDIT)
    assert second[2] == [
        {"field": "active", "from": True, "to": False},
        {"field": "event", "from": "signed_up", "to": "signed.up"},
        {"field": "filters.and", "from": [1], "to": [1, 2]},
        {"field": "state", "from": "running", "to": "stopped"},
    ]


def test_an_update_time_from_before_the_last_read_does_not_belong_to_the_change(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    save_campaigns(connection, WORKSPACE, [campaign()], NOW)
    save_campaigns(connection, WORKSPACE, [campaign(name="Hello", updated=NOW - timedelta(hours=1))], LATER)
    assert versions(connection)[1][0] == naive(LATER)
    (edit,) = campaign_edits(connection, WORKSPACE, 1)
    assert (edit.made_at, edit.unchanged_at) == (naive(LATER), naive(NOW))


def test_an_update_time_in_the_future_is_not_believed(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign()], NOW)
    save_campaigns(connection, WORKSPACE, [campaign(name="Hello", updated=LATER + timedelta(days=9))], LATER)
    assert versions(connection)[1][0] == naive(LATER)


def test_a_message_switched_to_draft_is_a_change_of_the_campaign(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(messages=[message(7), message(8)])], NOW)
    drafted = replace(message(8, sending_state="draft"), updated=EDIT)
    save_campaigns(connection, WORKSPACE, [campaign(messages=[message(7), drafted])], LATER)
    began, _, changes = versions(connection)[1]
    assert changes == [{"field": "messages.8.sending_state", "from": "automatic", "to": "draft"}]
    assert began == naive(EDIT)
    stored = connection.execute("SELECT message_id, sending_state FROM campaign_message ORDER BY message_id").fetchall()
    assert stored == [(7, "automatic"), (8, "draft")]


def test_messages_that_could_not_be_read_stay_as_they_were(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(messages=[message(7)])], NOW)
    save_campaigns(connection, WORKSPACE, [campaign(messages=None)], LATER)
    assert len(versions(connection)) == 1
    assert connection.execute("SELECT count(*) FROM campaign_message").fetchone() == (1,)


def test_messages_read_for_the_first_time_are_no_change(connection: duckdb.DuckDBPyConnection) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(messages=None)], NOW)
    save_campaigns(connection, WORKSPACE, [campaign(messages=[message(7)])], LATER)
    assert len(versions(connection)) == 1
    dropped = campaign(messages=[])
    save_campaigns(connection, WORKSPACE, [dropped], LATER + timedelta(days=1))
    assert versions(connection)[1][2][0]["field"] == "messages.7"


def test_two_changes_at_one_instant_are_two_versions(connection: duckdb.DuckDBPyConnection) -> None:
    for name in ("One", "Two", "Three"):
        save_campaigns(connection, WORKSPACE, [campaign(name=name)], NOW)
    found = versions(connection)
    assert [changes[0]["to"] for _, _, changes in found[1:]] == ["Two", "Three"]
    assert [ended for _, ended, _ in found] == [found[1][0], found[2][0], None]


def test_a_campaign_that_is_not_saved_stays_until_it_is_marked_gone_and_comes_back(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1), campaign(2), campaign(3)], NOW)
    save_campaigns(connection, WORKSPACE, [campaign(1)], LATER)
    assert existing_campaigns(connection, WORKSPACE) == [1, 2, 3]
    mark_campaign_gone(connection, WORKSPACE, 2, LATER)
    assert existing_campaigns(connection, WORKSPACE) == [1, 3]
    assert column(connection, "campaign_id") == [1, 2, 3]
    save_campaigns(connection, WORKSPACE, [campaign(2)], LATER)
    assert existing_campaigns(connection, WORKSPACE) == [1, 2, 3]


def test_a_campaign_deleted_while_being_read_keeps_the_first_time_it_was_missed(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    save_campaigns(connection, WORKSPACE, [campaign(1)], NOW)
    mark_campaign_gone(connection, WORKSPACE, 1, LATER)
    mark_campaign_gone(connection, WORKSPACE, 1, LATER + timedelta(days=1))
    assert column(connection, "gone_at") == [naive(LATER)]


def test_an_instant_without_a_zone_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        save_campaigns(connection, WORKSPACE, [campaign(updated=datetime(2026, 1, 1))], NOW)


def test_failure_messages_keep_when_they_were_first_read(connection: duckdb.DuckDBPyConnection) -> None:
    text = "Variable 'event.plan' is missing"
    save_failures(connection, WORKSPACE, [CampaignFailures(1, [text, text])], NOW)
    save_failures(connection, WORKSPACE, [CampaignFailures(1, [text]), CampaignFailures(2, [])], LATER)
    rows = connection.execute("SELECT failure_message, first_read, last_read FROM campaign_failure").fetchall()
    assert rows == [(text, naive(NOW), naive(LATER))]
