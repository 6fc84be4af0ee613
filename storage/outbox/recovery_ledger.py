"""Whom a recovery reached: so that no second one reaches them again, and everybody can see what was done."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.route_file import PersonHash, committed


@dataclass(frozen=True)
class RecoveryRow:
    """One recovery: its campaign's days, the way, who ran it and when (UTC), and how many people it reached.

    `ended_at` is None where it was cut off; `segment_id` where the way is no segment.
    """

    recovery_id: str
    workspace: str
    campaign_id: int
    since: date
    until: date
    way: str
    segment_id: int | None
    by_whom: str
    begun_at: datetime
    ended_at: datetime | None
    people: int


class RecoveryLedger:
    """The ledger of one workspace's campaign."""

    def __init__(self, connection: Connection, person_hash: PersonHash, workspace: str, campaign: int) -> None:
        self._connection = connection
        self._hash = person_hash
        self._of = (workspace, campaign)

    def hash_of(self, person: str) -> bytes:
        """The keyed hash by which a person of the workspace is known."""
        return self._hash(self._of[0], person)

    def reached(self, people: Collection[str]) -> dict[str, float]:
        """When the newest recovery of this campaign that reached each began, in Unix seconds; others are left out."""
        begun = {one.recovery_id: one.begun_at.timestamp() for one in self.recoveries()}
        rows = self._connection.execute(
            "SELECT person, recovery_id FROM recovered_person WHERE workspace = ? AND campaign_id = ?", self._of
        )
        newest: dict[bytes, float] = {}
        for person, recovery_id in rows:
            newest[person] = max(newest.get(person, begun[recovery_id]), begun[recovery_id])
        hashed = {one: self._hash(self._of[0], one) for one in people} if newest else {}
        return {one: newest[person] for one, person in hashed.items() if person in newest}

    def reported(self, people: Collection[str], metric: str) -> dict[str, float]:
        """When the newest message to each was reported as this (`sent`), in Unix seconds; who had none is left out."""
        rows = self._connection.execute(
            "SELECT person, max(at) FROM report WHERE workspace = ? AND campaign_id = ? AND metric = ? "
            "AND person IS NOT NULL GROUP BY person",
            [*self._of, metric],
        )
        newest = dict(rows.fetchall())
        hashed = {one: self._hash(self._of[0], one) for one in people} if newest else {}
        return {one: newest[person] for one, person in hashed.items() if person in newest}

    def reported_sends(self, people: Collection[str], since: float) -> dict[str, tuple[str, float]]:
        """Person and instant of each message to one of `people` that a report since then calls sent, by its id."""
        rows = self._connection.execute(
            "SELECT delivery_id, person, at FROM report WHERE workspace = ? AND campaign_id = ? AND metric = 'sent' "
            "AND at >= ? AND person IS NOT NULL AND delivery_id IS NOT NULL",
            [*self._of, since],
        ).fetchall()
        named = {self._hash(self._of[0], one): one for one in people} if rows else {}
        return {delivery: (named[person], at) for delivery, person, at in rows if person in named}

    def reported_ends(self, since: float) -> dict[str, str] | None:
        """Whether each message was `delivered` or `failed`, by its id, as reports since an instant tell.

        None where none is kept of the whole workspace: then nothing is known of any.
        """
        has_any = self._connection.execute("SELECT 1 FROM report WHERE workspace = ? LIMIT 1", self._of[:1]).fetchone()
        if has_any is None:
            return None
        rows = self._connection.execute(
            "SELECT delivery_id, max(CASE metric WHEN 'delivered' THEN 0 ELSE 1 END) FROM report "
            "WHERE workspace = ? AND campaign_id = ? AND at >= ? AND delivery_id IS NOT NULL "
            "AND metric IN ('delivered', 'failed', 'bounced', 'undeliverable') GROUP BY delivery_id",
            [*self._of, since],
        )
        return {delivery: "failed" if has_failed else "delivered" for delivery, has_failed in rows}

    def begin(self, row: RecoveryRow) -> None:
        """Note that a recovery begins, with nobody reached yet."""
        with committed(self._connection):
            self._connection.execute(
                "INSERT INTO recovery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0)",
                [row.recovery_id, row.workspace, row.campaign_id, row.since.isoformat(), row.until.isoformat(), row.way,
                 row.segment_id, row.by_whom, row.begun_at.isoformat()],
            )  # fmt: skip

    def reach(self, recovery_id: str, people: Iterable[str]) -> None:
        """Note that it has reached these."""
        rows = [(*self._of, self._hash(self._of[0], one), recovery_id) for one in people]
        with committed(self._connection):
            self._connection.executemany("INSERT INTO recovered_person VALUES (?, ?, ?, ?)", rows)
            self._connection.execute(
                "UPDATE recovery SET people = people + ? WHERE recovery_id = ?", [len(rows), recovery_id]
            )

    def take_back(self, recovery_id: str, people: Collection[str]) -> None:
        """Note that these were not reached after all."""
        rows = [(*self._of, self._hash(self._of[0], one), recovery_id) for one in people]
        with committed(self._connection):
            self._connection.executemany(
                "DELETE FROM recovered_person "
                "WHERE workspace = ? AND campaign_id = ? AND person = ? AND recovery_id = ?",
                rows,
            )
            self._connection.execute(
                "UPDATE recovery SET people = people - ? WHERE recovery_id = ?", [len(rows), recovery_id]
            )

    def end(self, now: datetime, way: str) -> None:
        """Note that the newest recovery of a way came to its end, and with it those whose work it went on with."""
        with committed(self._connection):
            self._connection.execute(
                "UPDATE recovery SET ended_at = ? "
                "WHERE workspace = ? AND campaign_id = ? AND way = ? AND ended_at IS NULL",
                [now.isoformat(), *self._of, way],
            )

    def recoveries(self) -> list[RecoveryRow]:
        """All recoveries of the campaign, the oldest first."""
        names = [column.name for column in fields(RecoveryRow)]
        rows = self._connection.execute(
            f"SELECT {', '.join(names)} FROM recovery WHERE workspace = ? AND campaign_id = ? "  # noqa: S608
            "ORDER BY begun_at, rowid",
            self._of,
        )
        return [_row(dict(zip(names, row, strict=True))) for row in rows]


def _row(values: dict[str, Any]) -> RecoveryRow:
    days = {name: date.fromisoformat(values[name]) for name in ("since", "until")}
    instants = {name: datetime.fromisoformat(values[name]) for name in ("begun_at", "ended_at") if values[name]}
    return RecoveryRow(**values | days | instants)
