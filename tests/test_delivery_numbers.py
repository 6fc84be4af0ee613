"""What the route carries, from its file to the warehouse: every event is one thing at a time, and on one day."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as some

from campaign_health.pipeline.sources.route_numbers import left_numbers
from campaign_health.route.delivery_note import COUNTS, delivery_note
from campaign_health.route.manifest_cure import manifest_cure
from campaign_health.route.numbers_file import KEPT_DAYS, note_delivery
from campaign_health.route.received_ages import SourceAges
from collectors.errors import UnexpectedShape
from collectors.route import FILE_NAME, read_delivery
from storage.file.database import Warehouse
from storage.outbox.events.event_letters import drop_letter, letters, replay_letter
from storage.outbox.events.event_queue import bury, finish, receive, receive_dead, sweep
from storage.outbox.events.event_tally import TALLY_BY_DAY, numbers
from storage.outbox.events.held_events import HAND, RELEASED, drop_held, end_hold, hold_of, leftovers, let_go, open_hold
from storage.outbox.events.queue_forgetting import forget_events
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import open_route_file
from storage.outbox.route_modes import set_mode
from storage.outbox.route_tables import TABLES
from storage.read.route_delivery import delivery_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
DAY = 86_400.0
EVENT = "project.created"
PARTS = ("waiting", "held", "dead", "delivered", "shadowed", "suppressed_once", "dropped")


def event(number: int, received: float = NOON, body: str = '{"plan": 3}') -> QueuedEvent:
    return QueuedEvent("default", EVENT, number.to_bytes(16, "big"), f"u-{number % 3}", received - 5, received,
                       received + 3600, "backend", body)  # fmt: skip


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


STEPS = some.lists(
    some.tuples(
        some.sampled_from(
            ("receive", "dead", "deliver", "shadow", "once", "bury", "late", "hold", "release", "drop held", "replay",
             "drop", "forget", "sweep")
        ),
        some.integers(0, 6),
    ),
    max_size=40,
)  # fmt: skip


@trying(max_examples=60, deadline=None)
@given(STEPS)
def test_what_was_received_is_the_sum_of_what_became_of_it_on_every_day(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("route")
    with open_route_file(folder) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for what, number in steps:
            do(connection, what, number)
        note = delivery_note(connection, "default", {}, NOON + 3 * DAY)
        for row in [*note["days"], *note["events"]]:
            assert row["received"] == sum(row[name] for name in PARTS), row
        for whole in note["events"]:
            of_days = Counter[str]()
            for row in note["days"]:
                of_days.update({name: row[name] for name in COUNTS})
            assert {name: whole[name] for name in COUNTS} == {name: of_days[name] for name in COUNTS}


def do(connection: sqlite3.Connection, what: str, number: int) -> None:
    received = NOON + (number % 3) * DAY
    hold = hold_of(connection, "default", EVENT)
    if what == "receive":
        receive(connection, event(number, received))
    elif what == "dead":
        receive_dead(connection, event(number, received), "no_person", "person")
    elif what in ("deliver", "shadow", "once"):
        outcome = {"deliver": "delivered", "shadow": "shadowed", "once": "suppressed_once"}[what]
        finish(connection, [key(number)], outcome)  # type: ignore[arg-type]
    elif what in ("bury", "late"):
        bury(connection, key(number), "wrong_type" if what == "bury" else "too_late", "plan", received)
    elif what == "hold":
        open_hold(connection, "default", EVENT, "unsendable", "plan changed", NOON, source=HAND)
    elif what == "release" and hold is not None:
        end_hold(connection, hold, RELEASED, NOON)
        let_go(connection, leftovers(connection, "default", 100))
    elif what == "drop held" and hold is not None:
        drop_held(connection, hold)
    elif what in ("replay", "drop"):
        for one in letters(connection, "default", None, None, 0.0)[:1]:
            (replay_letter if what == "replay" else drop_letter)(connection, one)
    elif what == "forget":
        forget_events(connection, "default", f"u-{number % 3}")
    elif what == "sweep":
        sweep(connection, NOON + 8 * DAY)


def test_what_was_counted_before_there_were_days_stays_counted(tmp_path: Path) -> None:
    version = TABLES.index(TALLY_BY_DAY)
    with closing(sqlite3.connect(tmp_path / "route.sqlite")) as connection:
        connection.executescript(";".join(TABLES[:version]))
        connection.execute("INSERT INTO event_tally VALUES ('default', ?, 'delivered', 41)", [EVENT])
        connection.execute(f"PRAGMA user_version = {version}")
        connection.commit()
    with open_route_file(tmp_path) as connection:
        receive(connection, event(1))
        finish(connection, [key(1)], "delivered")
        assert numbers(connection)["default", EVENT]["delivered"] == 42
        (day,) = delivery_note(connection, "default", {}, NOON)["days"]
        assert (day["day"], day["delivered"]) == ("2026-11-20", 1)


def filled(folder: Path, now: float = NOON + 60) -> dict[str, object]:
    with open_route_file(folder) as connection:
        set_mode(connection, "default", EVENT, "live")
        for number in range(1, 9):
            receive(connection, event(number))
        finish(connection, [key(1), key(2), key(3)], "delivered")
        bury(connection, key(4), "wrong_type", "plan", NOON + 30)
        bury(connection, key(5), "refused:u-5@example.com is no address", "email", NOON + 40)
        open_hold(connection, "default", EVENT, "unsendable", "its type changed", NOON + 45, source=HAND, field="plan")
        for number in (6, 7):
            bury(connection, key(number), "wrong_type", "plan", NOON + 50)
        open_hold(connection, "default", "project_created", "candidate", "it may be the new name", NOON + 50,
                  source="events", candidate_of=EVENT)  # fmt: skip
        return delivery_note(connection, "default", {EVENT: "Project created"}, now, sources=ages())


def ages() -> list[dict[str, object]]:
    known = SourceAges(lambda: NOON)
    known.note("backend", [1.0] * 98 + [300.0] * 2)
    known.note("export", [])
    return known.rows()


def test_the_note_reaches_the_warehouse_whole_and_a_later_one_replaces_all_but_other_days(tmp_path: Path) -> None:
    note_delivery(tmp_path, "default", filled(tmp_path))
    left = left_numbers(tmp_path, "default")
    with Warehouse(tmp_path).open() as connection:
        left.save(connection)
        assert delivery_of(connection, "default") == left.delivery
    found = left.delivery
    assert found is not None
    (moved,) = found.events
    assert (moved.mode, moved.sent_as) == ("live", "Project created")
    assert (moved.received, moved.delivered, moved.dead, moved.held, moved.waiting) == (8, 3, 2, 2, 1)
    assert [(one.kind, one.waiting, one.mended_by) for one in found.holds] == [
        ("unsendable", 2, "properties: {plan: {type: number}}"),
        ("candidate", 0, 'renames: [{from: "project.created", to: "project_created"}]'),
    ]
    assert found.oldest_waiting_at == datetime.fromtimestamp(NOON, UTC)
    (source,) = found.sources
    assert (source.source, source.events) == ("backend", 100)
    assert source.p50_seconds == pytest.approx(1.0, rel=0.011)
    assert source.p99_seconds == pytest.approx(300.0, rel=0.011)
    with open_route_file(tmp_path) as connection:
        (hold, _) = (hold_of(connection, "default", name) for name in (EVENT, "project_created"))
        assert hold is not None
        end_hold(connection, hold, RELEASED, NOON)
        let_go(connection, leftovers(connection, "default", 9))
        finish(connection, [key(6), key(7), key(8)], "delivered")
        note_delivery(tmp_path, "default", delivery_note(connection, "default", {}, NOON + KEPT_DAYS * DAY))
    later = left_numbers(tmp_path, "default")
    assert later.delivery is not None
    assert later.delivery.days == [], "days of two weeks ago are left out"
    assert later.delivery.sources, "what only the listening process knows stays"
    with Warehouse(tmp_path).open() as connection:
        later.save(connection)
        left.save(connection)  # an older note changes nothing
        kept = delivery_of(connection, "default")
        assert kept is not None
        assert [one.event for one in kept.holds] == ["project_created"]
        assert [(one.received, one.delivered) for one in kept.days] == [(8, 3)], "as it was last noted"
        assert kept.events[0].delivered == 6


def test_nobody_is_in_the_numbers(tmp_path: Path) -> None:
    note_delivery(tmp_path, "default", filled(tmp_path))
    text = (tmp_path / FILE_NAME).read_text(encoding="utf-8")
    assert "example.com" not in text
    assert "u-" not in text
    assert "refused:(address) is no address" in text
    assert '"plan": 3' not in text


@pytest.mark.parametrize(
    ("path", "value"),
    [(("breaker",), "broken"), (("noted_at",), "2026-11-20T12:00:00"), (("events", 0, "mode"), "on"),
     (("events", 0, "dead"), -1), (("days", 0, "day"), "today"), (("holds", 0, "by_hand"), 1),
     (("letters",), {}), (("sources", 0, "p50_seconds"), "1 s")],
)  # fmt: skip
def test_what_is_not_as_written_is_refused_and_named(
    tmp_path: Path, path: tuple[str | int, ...], value: object
) -> None:
    note_delivery(tmp_path, "default", filled(tmp_path))
    file = tmp_path / FILE_NAME
    whole = json.loads(file.read_text(encoding="utf-8"))
    place = whole["workspaces"]["default"]["delivery"]
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    file.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(UnexpectedShape) as refused:
        read_delivery(tmp_path, "default")
    assert str(path[-1]) in refused.value.message


def test_a_day_is_over_once_nothing_of_it_can_change(tmp_path: Path) -> None:
    with open_route_file(tmp_path) as connection:
        for number in (1, 2):
            receive(connection, event(number, NOON + number * DAY))
        finish(connection, [key(1)], "delivered")

        def states(now: float) -> list[str]:
            return [one["state"] for one in delivery_note(connection, "default", {}, now)["days"]]

        assert states(NOON + 1.2 * DAY) == ["provisional", "provisional"]
        assert states(NOON + 5 * DAY) == ["observed", "provisional"]
        finish(connection, [key(2)], "suppressed_once")
        assert states(NOON + 5 * DAY) == ["observed", "observed"]


@pytest.mark.parametrize(
    ("reason", "field", "body", "cure"),
    [("wrong_type", "plan", '{"plan": {"name": "pro"}}', "properties: {plan: {type: object}}"),
     ("wrong_type", "the plan", '{"the plan": true}', 'properties: {"the plan": {type: boolean}}'),
     ("missing_property", "plan", "{}", "properties: {plan: {required: false}}"),
     ("wrong_type", "plan.name", "{}", None), ("wrong_type", "plan", "{}", None), ("wrong_type", "plan", "[]", None),
     ("too_late", "", "{}", None)],
)  # fmt: skip
def test_a_line_of_the_manifest_mends_it_where_one_can(reason: str, field: str, body: str, cure: str | None) -> None:
    assert manifest_cure(reason, field, body) == cure


def test_a_year_of_a_hundred_events_is_noted_within_two_seconds(tmp_path: Path) -> None:
    with open_route_file(tmp_path) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO event_day VALUES ('default', ?, ?, ?, 7)",
            [(f"event {n}", 20_700 - day, what) for n in range(100) for day in range(365) for what in PARTS[3:]],
        )
        connection.execute("COMMIT")
        begin = time.monotonic()
        delivery_note(connection, "default", {}, 20_700 * DAY)
        assert time.monotonic() - begin < 2
