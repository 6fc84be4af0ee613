"""Campaigns as last read, every definition they ever had, and their messages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from storage.file.conversion import read_instant, stored_instant, stored_json, stored_text
from storage.records import CampaignRecord
from storage.save.bulk import INSTANT, TEXT, TEXTS, TRUTH, WHOLE, incoming
from storage.save.followed_definition import Definition, definition_changes, followed_definition


@dataclass(frozen=True)
class _Known:
    """What is stored of a campaign: its definition, when that began to hold, when it was last listed."""

    definition: Definition
    valid_from: datetime
    seen_at: datetime


@dataclass(frozen=True)
class _Version:
    """A definition from when it holds, the changes that led to it, and when the campaign was last seen without them
    (None where it is known when they were made).
    """

    campaign_id: int
    valid_from: datetime
    changes: str
    definition: str
    unchanged_at: datetime | None = None


def save_campaigns(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    campaigns: Sequence[CampaignRecord],
    read_at: datetime,
) -> int:
    """Save the campaigns as read and return how many there are; a changed definition begins a new version.

    Campaigns with `messages` None keep the messages stored before. Of those that are not among them nothing is known,
    and nothing changes; see `mark_campaign_gone`.
    """
    known = _known_campaigns(connection, workspace)
    definitions = {}
    versions: list[_Version] = []
    present: list[tuple[int, str]] = []
    for campaign in campaigns:
        before = known.get(campaign.campaign_id)
        definition = followed_definition(campaign, before.definition if before else None)
        definitions[campaign.campaign_id] = stored_json(definition)
        if before is None:
            versions.append(_Version(campaign.campaign_id, read_at, "[]", definitions[campaign.campaign_id]))
            continue
        changes = definition_changes(before.definition, definition)
        if changes:
            made_at = _made_at(campaign, before, read_at)
            versions.append(
                _Version(
                    campaign.campaign_id,
                    # Always later than the version before, so that versions keep their order whatever a clock did.
                    max(made_at or read_at, before.valid_from + timedelta(microseconds=1)),
                    stored_json(changes),
                    definitions[campaign.campaign_id],
                    before.seen_at if made_at is None else None,
                )
            )
        elif definition != before.definition:
            present.append((campaign.campaign_id, definitions[campaign.campaign_id]))
    _save_versions(connection, workspace, versions, present)
    _save_present(connection, workspace, campaigns, definitions, read_at)
    _save_messages(connection, workspace, campaigns)
    return len(campaigns)


def mark_campaign_gone(
    connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int, noticed_at: datetime
) -> None:
    """Record that the campaign was deleted in Customer.io; all that is known of it stays."""
    connection.execute(
        "UPDATE campaign SET gone_at = ? WHERE workspace = ? AND campaign_id = ? AND gone_at IS NULL",
        [stored_instant(noticed_at), workspace, campaign_id],
    )


def _known_campaigns(connection: duckdb.DuckDBPyConnection, workspace: str) -> dict[int, _Known]:
    rows = connection.execute(
        "SELECT c.campaign_id, c.definition, v.valid_from, c.seen_at FROM campaign c JOIN campaign_version v "
        "USING (workspace, campaign_id) WHERE c.workspace = ? AND v.valid_to IS NULL",
        [workspace],
    ).fetchall()
    return {
        campaign_id: _Known(json.loads(definition), _aware(valid_from), _aware(seen_at))
        for campaign_id, definition, valid_from, seen_at in rows
    }


def _made_at(campaign: CampaignRecord, before: _Known, read_at: datetime) -> datetime | None:
    """Customer.io's newest update time if it lies between the two reads; else nobody knows when between them it was."""
    updates = [campaign.updated, *(message.updated for message in campaign.messages or ())]
    between = [at for at in updates if at is not None and before.seen_at < at <= read_at]
    return max(between, default=None)


def _save_versions(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    versions: list[_Version],
    present: list[tuple[int, str]],
) -> None:
    types = {
        "campaign_id": WHOLE, "valid_from": INSTANT, "changes": TEXT, "definition": TEXT, "unchanged_at": INSTANT,
    }  # fmt: skip
    columns: dict[str, list[Any]] = {
        "campaign_id": [version.campaign_id for version in versions],
        "valid_from": [stored_instant(version.valid_from) for version in versions],
        "changes": [version.changes for version in versions],
        "definition": [version.definition for version in versions],
        "unchanged_at": [version.unchanged_at and stored_instant(version.unchanged_at) for version in versions],
    }
    with incoming(connection, "incoming_versions", types, columns):
        connection.execute(
            "UPDATE campaign_version SET valid_to = i.valid_from FROM incoming_versions i "
            "WHERE campaign_version.workspace = ? AND campaign_version.campaign_id = i.campaign_id "
            "AND campaign_version.valid_to IS NULL",
            [workspace],
        )
        connection.execute(
            "INSERT INTO campaign_version BY NAME SELECT ? AS workspace, * FROM incoming_versions", [workspace]
        )
    with incoming(
        connection,
        "incoming_present",
        {"campaign_id": WHOLE, "definition": TEXT},
        {"campaign_id": [row[0] for row in present], "definition": [row[1] for row in present]},
    ):
        connection.execute(
            "UPDATE campaign_version SET definition = i.definition FROM incoming_present i "
            "WHERE campaign_version.workspace = ? AND campaign_version.campaign_id = i.campaign_id "
            "AND campaign_version.valid_to IS NULL",
            [workspace],
        )


def _save_present(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    campaigns: Sequence[CampaignRecord],
    definitions: dict[int, str],
    read_at: datetime,
) -> None:
    types = {"campaign_id": WHOLE, "name": TEXT, "state": TEXT, "active": TRUTH, "trigger_kind": TEXT, "event": TEXT}
    types |= {"tags": TEXTS, "created": INSTANT, "first_started": INSTANT, "updated": INSTANT, "definition": TEXT}
    columns: dict[str, list[Any]] = {
        "campaign_id": [c.campaign_id for c in campaigns],
        "name": [stored_text(c.name) for c in campaigns],
        "state": [stored_text(c.state) for c in campaigns],
        "active": [c.active for c in campaigns],
        "trigger_kind": [c.trigger_kind for c in campaigns],
        "event": [None if c.event is None else stored_text(c.event) for c in campaigns],
        "tags": [[stored_text(tag) for tag in c.tags] for c in campaigns],
        "created": [stored_instant(c.created) for c in campaigns],
        "first_started": [stored_instant(c.first_started) for c in campaigns],
        "updated": [stored_instant(c.updated) for c in campaigns],
        "definition": [definitions[c.campaign_id] for c in campaigns],
    }
    with incoming(connection, "incoming_campaigns", types, columns):
        connection.execute(
            "INSERT OR REPLACE INTO campaign BY NAME "
            "SELECT ? AS workspace, *, ? AS seen_at, NULL AS gone_at FROM incoming_campaigns",
            [workspace, stored_instant(read_at)],
        )


def _save_messages(connection: duckdb.DuckDBPyConnection, workspace: str, campaigns: Sequence[CampaignRecord]) -> None:
    read = [campaign for campaign in campaigns if campaign.messages is not None]
    messages = [(campaign.campaign_id, message) for campaign in read for message in campaign.messages or ()]
    types = {"campaign_id": WHOLE, "message_id": WHOLE, "name": TEXT, "type": TEXT, "sending_state": TEXT}
    types |= {"required_variables": TEXTS, "optional_variables": TEXTS, "problem": TEXT, "updated": INSTANT}
    columns: dict[str, list[Any]] = {
        "campaign_id": [campaign_id for campaign_id, _ in messages],
        "message_id": [m.message_id for _, m in messages],
        "name": [None if m.name is None else stored_text(m.name) for _, m in messages],
        "type": [stored_text(m.type) for _, m in messages],
        "sending_state": [m.sending_state for _, m in messages],
        "required_variables": [[stored_text(v) for v in m.required_variables] for _, m in messages],
        "optional_variables": [[stored_text(v) for v in m.optional_variables] for _, m in messages],
        "problem": [None if m.problem is None else stored_text(m.problem) for _, m in messages],
        "updated": [stored_instant(m.updated) for _, m in messages],
    }
    connection.execute(
        "DELETE FROM campaign_message WHERE workspace = ? AND list_contains(?::BIGINT[], campaign_id)",
        [workspace, [campaign.campaign_id for campaign in read]],
    )
    with incoming(connection, "incoming_messages", types, columns):
        connection.execute(
            "INSERT OR REPLACE INTO campaign_message BY NAME SELECT ? AS workspace, * FROM incoming_messages",
            [workspace],
        )


def _aware(stored: datetime) -> datetime:
    instant = read_instant(stored)
    assert instant is not None
    return instant
