"""Both forms of the outbox: whatever is written, SQLite and PostgreSQL answer the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.outbox.connection.outbox_connection import Connection, PostgresPlace, committed
from storage.outbox.events.device_events import end_waits, events_of_device, first_until
from storage.outbox.events.event_letters import drop_letter, letter_groups, letters, letters_of_field, replay_letter
from storage.outbox.events.event_pace import note_names, pace_of, share_unfit, unmoved_names
from storage.outbox.events.event_queue import (
    bury,
    finish,
    fresh_since,
    head_of_queue,
    known_of,
    oldest_waiting,
    places_before,
    receive,
    receive_dead,
    receive_each,
    receive_joined,
    sweep,
    waiting_behind,
    waiting_fresh,
)
from storage.outbox.events.event_tally import numbers, numbers_by_day
from storage.outbox.events.event_windows import claim_once, forget_windows, how_many
from storage.outbox.events.held_events import (
    confirmed_renames,
    drop_held,
    end_hold,
    expire_held,
    fetch_back,
    held_numbers,
    held_of,
    held_reason,
    holds_now,
    keep_back,
    leftovers,
    let_go,
    open_hold,
    was_held_for,
)
from storage.outbox.events.known_events import forget_in_ledger, known_events
from storage.outbox.events.ledger_reads import delivered_since, last_received, newest_receipts, received_since
from storage.outbox.events.queue_forgetting import forget_events
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.people.known_people import known_people, note_known_people
from storage.outbox.people.sent_profiles import is_sent, note_sent
from storage.outbox.people.stripe_table import (
    FactRow,
    facts_of_customer,
    facts_of_people,
    forget_facts,
    note_notice,
    write_facts,
)
from storage.outbox.recovery_ledger import RecoveryLedger, RecoveryRow
from storage.outbox.report_log import (
    ReportRow,
    channels_reported,
    count_reports,
    first_report,
    forget_person,
    insert_report,
)
from storage.outbox.route_file import PersonHash, open_route_file
from storage.outbox.route_modes import breaker_of, key_beginning_with, known_names, modes, note_breaker, set_mode
from tests.left_out import examples
from tests.postgres_server import PostgresServer

W = "default"
NOW = 1_800_000_000.25
DAY = date(2026, 11, 20)


@dataclass(frozen=True)
class Drawn:
    """What one step is about."""

    number: int
    person: str
    event: str
    seconds: float

    @property
    def at(self) -> float:
        return NOW + self.seconds

    @property
    def hash(self) -> bytes:
        return self.person.encode()

    def queued(self) -> QueuedEvent:
        key = self.number.to_bytes(16, "big")
        return QueuedEvent(
            W, self.event, key, self.person, self.at, self.at, self.at + 50, "100% 'own'", '{"a": "?"}',
            self.number % 2, self.hash, 60.0, hashed_person=self.hash * 8,
        )  # fmt: skip

    def of_device(self) -> QueuedEvent:
        return self.queued()._replace(person="", hashed_person=b"", device=self.hash, waits_until=self.at)

    def report(self, metric: str) -> ReportRow:
        return ReportRow(
            W, f"{metric}{self.number}", metric, "email", self.at, self.at, 14, None, f"d{self.number}", None,
            "t" if self.number == 3 else None, self.hash, None,
        )  # fmt: skip


Step = Callable[[Connection, Drawn], Any]


def _of_hold(connection: Connection, drawn: Drawn, then: Callable[[Any], Any]) -> list[Any]:
    return [then(hold) for hold in holds_now(connection, W)]


def _letters(connection: Connection) -> list[Any]:
    return letters(connection, W, None, None, 0.0)


STEPS: list[Step] = [
    lambda c, d: receive(c, d.queued()),
    lambda c, d: receive_each(c, [[d.queued()], [d.of_device(), d.queued()._replace(event=d.person)]]),
    lambda c, d: note_known_people(c, W, [d.hash, b"x"], d.at),
    lambda c, d: receive(c, d.of_device()),
    lambda c, d: end_waits(c, W, d.at),
    lambda c, d: [receive_joined(c, one.event.key, d.queued()) for one in events_of_device(c, W, d.hash)[:1]],
    lambda c, d: receive_dead(c, d.queued(), "no_person", "person"),
    lambda c, d: finish(c, [d.queued().key], "delivered"),
    lambda c, d: bury(c, d.queued().key, "too_late", "", d.at),
    lambda c, d: bury(c, d.queued().key, "wrong_type", "plan", d.at),
    lambda c, d: [replay_letter(c, one) for one in _letters(c)[:1]],
    lambda c, d: [drop_letter(c, one) for one in _letters(c)[:1]],
    lambda c, d: forget_events(c, W, d.person),
    lambda c, d: sweep(c, d.at + 9 * 86_400),
    lambda c, d: set_mode(c, W, d.event, d.person),
    lambda c, d: note_breaker(c, W, d.event),
    lambda c, d: open_hold(c, W, d.event, "everything", "why", d.at, source="hand"),
    lambda c, d: open_hold(c, W, d.event, "candidate", "why", d.at, source="i", candidate_of="old"),
    lambda c, d: _of_hold(c, d, lambda hold: end_hold(c, hold, "confirmed", d.at)),
    lambda c, d: _of_hold(c, d, lambda hold: fetch_back(c, hold, "wrong_type", "plan", 0.0)),
    lambda c, d: _of_hold(c, d, lambda hold: drop_held(c, hold)),
    lambda c, d: keep_back(c, d.queued().key, "", ""),
    lambda c, d: let_go(c, [d.queued().key]),
    lambda c, d: expire_held(c, W, d.at, 2),
    lambda c, d: expire_held(c, W, d.at, 9, 20),
    lambda c, d: claim_once(c, W, d.hash, d.queued().key, d.at, [("rule", 20.0), ("other", 1e12)]),
    lambda c, d: forget_windows(c, d.hash),
    lambda c, d: forget_in_ledger(c, W, d.hash * 8),
    lambda c, d: note_sent(c, W, d.hash, d.event, b"x" * d.number, d.at),
    lambda c, d: note_names(c, W, {d.event: (d.at, True), d.person: (d.at, d.number > 2)}),
    lambda c, d: insert_report(c, d.report("sent")),
    lambda c, d: insert_report(c, d.report("bounced")),
    lambda c, d: insert_report(c, d.report("delivered")),
    lambda c, d: forget_person(c, d.hash),
    lambda c, d: write_facts(c, W, FactRow(d.hash, None if d.number else b"c", b"n", "null", d.at)),
    lambda c, d: (note_notice(c, W, f"n{d.number}", d.at), forget_facts(c, d.hash)),
]
LOOKS: list[Step] = [
    lambda c, d: sorted(known_people(c, W, [d.hash, b"x", b"y"])),
    lambda c, d: (letter_groups(c), _letters(c), letters(c, W, d.event, "wrong_type", d.at)),
    lambda c, d: letters_of_field(c, W, d.event, "wrong_type", "plan", 0.0),
    lambda c, d: (numbers(c), oldest_waiting(c, W), known_of(c, d.queued().key), head_of_queue(c)),
    lambda c, d: (fresh_since(c, W, d.at), waiting_fresh(c, W, 1, 5), waiting_behind(c, W, 1, 3, 5)),
    lambda c, d: (sorted(known_names(c, W)), modes(c, W), breaker_of(c, W), key_beginning_with(c, b"\0" * 15)),
    lambda c, d: (how_many(c, W, d.event, d.hash, d.at, 30.0), is_sent(c, W, d.hash, d.event, b"x", d.at)),
    lambda c, d: _of_hold(c, d, lambda hold: (hold, held_numbers(c, hold), held_of(c, hold, 0, 9))),
    lambda c, d: (leftovers(c, W, 9), held_reason(c, d.queued().key), confirmed_renames(c, W)),
    lambda c, d: (was_held_for(c, W, d.event, "i"), pace_of(c, W, d.event), unmoved_names(c, W)),
    lambda c, d: (numbers_by_day(c, W, 0), places_before(c, W, d.person, 9, 5), newest_receipts(c, W, 1)[1:]),
    lambda c, d: (known_events(c, [d.queued().key]), events_of_device(c, W, d.hash), first_until(c, W)),
    lambda c, d: (last_received(c, W), received_since(c, W, d.at), delivered_since(c, W, d.event, 0.0)),
    lambda c, d: (first_report(c, W, "t", d.hash, NOW), first_report(c, W, "-", d.hash, NOW), channels_reported(c, W)),
    lambda c, d: (facts_of_people(c, W, [d.hash]), sorted(facts_of_customer(c, W, b"c"), key=str)),
    lambda c, d: (share_unfit(c, W, d.event, "wrong_type", "plan", 0.0, d.at), count_reports(c, W)),
]
DRAWN = st.builds(
    Drawn, st.integers(0, 5), st.sampled_from(["ada", "b'en %", "ç?"]), st.sampled_from(["limit", "100%?"]),
    st.integers(0, 400).map(lambda quarters: quarters / 4),
)  # fmt: skip


@pytest.mark.slow("route")
@settings(max_examples=examples(60, 5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(range(len(STEPS))), DRAWN), max_size=40), seen=DRAWN)
def test_whatever_is_written_both_forms_answer_the_same(
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[int, Drawn]],
    seen: Drawn,
) -> None:
    folder = tmp_path_factory.mktemp("forms")
    with (
        open_route_file(folder) as file,
        open_route_file(PostgresPlace(folder / "p", postgres_server.database())) as database,
    ):
        for number, drawn in steps:
            answers = []
            for connection in (file, database):
                with committed(connection):
                    answers.append(STEPS[number](connection, drawn))
            assert answers[0] == answers[1]
        for look in LOOKS:
            assert look(file, seen) == look(database, seen)


def test_recoveries_and_reports_are_the_same(postgres_place: PostgresPlace, tmp_path: Path) -> None:
    found = []
    for place in (tmp_path / "file", postgres_place):
        with open_route_file(place) as connection:
            ledger = RecoveryLedger(connection, PersonHash(place), W, 14)
            begun = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
            for recovery_id in ("r", "s"):
                ledger.begin(RecoveryRow(recovery_id, W, 14, DAY, DAY, "segment", 8, "Ada", begun, None, 0))
            ledger.reach("r", ["u-1", "u-2"])
            ledger.reach("s", ["u-2", "u-3"])
            ledger.take_back("r", ["u-1"])
            ledger.end(begun, "segment")
            with committed(connection):
                for number, metric in enumerate(("sent", "delivered", "bounced", "sent")):
                    person = PersonHash(place)(W, f"u-{number // 2}")
                    insert_report(
                        connection,
                        ReportRow(W, f"e{number}", metric, "email", 1.5 + number, 2.0, 14, 1, f"d{number // 2}", None,
                                  None, person, "'?' 5%"),
                    )  # fmt: skip
            found.append(
                [
                    ledger.reached(["u-1", "u-2", "u-3"]), ledger.recoveries(), ledger.reported(["u-0"], "sent"),
                    ledger.reported_sends(["u-0", "u-1"], 0.0), ledger.reported_ends(0.0), count_reports(connection, W),
                    forget_person(connection, PersonHash(place)(W, "u-2")),
                ]
            )  # fmt: skip
    assert found[0] == found[1]
    assert found[0][4] == {"d0": "delivered", "d1": "failed"}
