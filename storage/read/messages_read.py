"""The messages of campaigns as they were last read."""

from __future__ import annotations

from storage.connection import Connection
from storage.file.conversion import read_instant
from storage.records import MessageRecord

_MESSAGES = """
    SELECT campaign_id, message_id, name, type, sending_state, required_variables, optional_variables, problem, updated
    FROM campaign_message WHERE workspace = ? ORDER BY campaign_id, message_id
"""


def messages_of_campaigns(connection: Connection, workspace: str) -> dict[int, dict[int, MessageRecord]]:
    """Of each campaign that has any: its messages by id."""
    found: dict[int, dict[int, MessageRecord]] = {}
    for row in connection.execute(_MESSAGES, [workspace]).fetchall():
        campaign_id, message_id, name, kind, state, required, optional, problem, updated = row
        found.setdefault(campaign_id, {})[message_id] = MessageRecord(
            message_id, name, kind, state, required, optional, problem, read_instant(updated)
        )
    return found
