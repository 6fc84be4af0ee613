"""Saves everything that one judging of a workspace came to. Only what differs is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from storage.connection import Connection
from storage.file.conversion import stored_instant
from storage.read.judged import StoredMemory
from storage.read.rows import Row
from storage.save.bulk import incoming
from storage.save.incident_rows import forget_incidents, save_changes, save_incidents
from storage.save.verdict_rows import save_verdicts
from storage.save.whole_tables import replace_table


@dataclass(frozen=True)
class Mappings:
    """What campaigns hang on and what the manifest announced: all rows of `campaign_plan` and `manifest_rename`."""

    plans: Sequence[Row]
    manifest_renames: Sequence[Row]


@dataclass(frozen=True)
class Judgement:
    """What one judging of the days `first_day` to `as_of` came to, as rows of the tables but for the workspace.

    `verdicts` has a list for each column. `not_yet_known`: incidents of later data, to be forgotten with all changes
    after `as_of`; None where there is nothing of the kind. `memory` is None where the stored one stays. The other
    rows: incidents and changes to be written, all suspected renames and property changes; `triggered` are all verdicts
    on broadcasts and transactional messages.
    """

    first_day: date
    as_of: date
    mappings: Mappings
    verdicts: Mapping[str, Sequence[Any]]
    not_yet_known: Collection[str] | None
    incidents: Sequence[Row]
    changes: Sequence[Row]
    renames: Sequence[Row]
    property_changes: Sequence[Row]
    memory: StoredMemory | None
    triggered: Sequence[Row] = ()


def save_judgement(
    connection: Connection, workspace: str, judgement: Judgement, judged_at: datetime, rests_on: str | None = None
) -> int:
    """Write all of it, and return how many verdicts that changed. Call it inside a transaction.

    `rests_on` is a digest of its input, None where it has to be made again even of the same.
    """
    if judgement.not_yet_known is not None:
        forget_incidents(connection, workspace, judgement.not_yet_known, judgement.as_of)
    save_incidents(connection, workspace, judgement.incidents)
    save_changes(connection, workspace, judgement.changes, judged_at)
    written = save_verdicts(connection, workspace, judgement.verdicts, judgement.first_day)
    save_mappings(connection, workspace, judgement.mappings)
    replace_table(connection, workspace, "rename_suspect", judgement.renames)
    replace_table(connection, workspace, "property_change", judgement.property_changes)
    replace_table(connection, workspace, "api_triggered_verdict", judgement.triggered)
    if judgement.memory is not None:
        _save_memory(connection, workspace, judgement.memory)
    connection.execute(
        "INSERT OR REPLACE INTO judge_run (workspace, judged_at, as_of, input) VALUES (?, ?, ?, ?)",
        [workspace, stored_instant(judged_at), judgement.as_of, rests_on],
    )
    return written


def judged_again(connection: Connection, workspace: str, judged_at: datetime) -> tuple[date, int, int]:
    """Note that what was judged still holds: its day, how many campaigns there are, how many incidents are open."""
    connection.execute("UPDATE judge_run SET judged_at = ? WHERE workspace = ?", [stored_instant(judged_at), workspace])
    found = connection.execute(
        "SELECT as_of, (SELECT count(*) FROM campaign_plan WHERE workspace = $1), "
        "(SELECT count(*) FROM incident WHERE workspace = $1 AND status = 'open') FROM judge_run WHERE workspace = $1",
        [workspace],
    ).fetchone()
    assert found is not None
    return found


def save_mappings(connection: Connection, workspace: str, mappings: Mappings) -> None:
    """Replace what is stored of them, where any of it changed. Call it inside a transaction."""
    replace_table(connection, workspace, "campaign_plan", mappings.plans)
    replace_table(connection, workspace, "manifest_rename", mappings.manifest_renames)


def forget_judgements(connection: Connection) -> None:
    """Forget all verdicts, incidents and changes of every workspace, and the memory. Call it inside a transaction."""
    for table in ("verdict", "incident", "incident_change", "internal.judge_checkpoint", "judge_run"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608


def _save_memory(connection: Connection, workspace: str, memory: StoredMemory) -> None:
    # As a column it is stored ten times as fast as as a parameter.
    with incoming(connection, "incoming_memory", {"state": pa.large_binary()}, {"state": [memory.state]}):
        connection.execute(
            "INSERT OR REPLACE INTO internal.judge_checkpoint (workspace, day, fingerprint, state) "
            "SELECT ?, ?, ?, state FROM incoming_memory",
            [workspace, memory.day, memory.fingerprint],
        )
