"""The net: what Mixpanel's export has and no door was sent goes out, once, and is counted as such."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.cli.main import campaign_health
from campaign_health.route.net import export_reading
from campaign_health.route.net.absence_look import AbsenceLook
from campaign_health.route.net.export_reading import ExportReading
from collectors.errors import CollectorError
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.events.event_queue import receive, receive_exported
from storage.outbox.events.event_tally import numbers_by_day
from storage.outbox.events.held_events import end_hold, open_hold
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.events.unnamed_events import APART_SECONDS, EXPORT
from storage.outbox.route_file import committed, open_route_file
from storage.outbox.route_modes import modes, moved_since, set_mode
from tests.collectors_cast import Reply
from tests.holding_cast import EVENT, MANIFEST, company
from tests.net_cast import HOUR, exported, look, moved_for, net_of
from tests.waiting import until

pytestmark = pytest.mark.slow("route")


def test_what_the_door_missed_goes_out_once_and_what_it_had_does_not_go_again(place: Place) -> None:
    with company(place) as found, exported() as there:
        moved_for(found, 80 * HOUR)
        found.happen("ada", ago=2 * HOUR, number=1)
        there.has("ada", ago=2 * HOUR, insert_id="i-1")
        there.has("eve", ago=3 * HOUR, insert_id="i-2")
        there.has("bob", ago=60 * HOUR, insert_id="i-3")
        there.has("old", ago=72 * HOUR, insert_id="i-4")
        net = net_of(found, there)
        assert look(found, net)
        until(lambda: len(found.events()) == 3)
        assert not look(found, net), "it is not time to"
        net._next = 0.0
        assert look(found, net)
        found.happen("eve", ago=3 * HOUR, number=2)
        assert found.numbers()["received"] == 3, "the door comes late with what the export had"
        assert found.numbers()["only_by_export"] == 2
        with open_route_file(place) as connection:
            days = numbers_by_day(connection, "default", int(time.time() // 86_400) - 1)
        assert sum(one["only_by_export"] for one in days.values()) == 2
        assert sorted(one["identifiers"]["id"] for one in found.events()) == ["ada", "bob", "eve"]
        assert len(there.server.asked) == 2, "one request a look, whatever it asks for"


def test_what_happened_before_the_mode_was_set_or_may_be_on_its_way_is_let_be(place: Place) -> None:
    with company(place) as found, exported() as there:
        net = net_of(found, there)
        there.has("before", ago=2 * HOUR)
        assert not look(found, net)
        assert not there.server.asked, "there is nothing to ask for yet"
        moved_for(found, HOUR)
        net._next = 0.0
        there.has("after", ago=HOUR / 2)
        there.has("now", ago=200.0)
        assert look(found, net)
        until(lambda: len(found.events()) == 1)
        net._next = 0.0
        assert look(found, net)
        assert [one["identifiers"]["id"] for one in found.events()] == ["after"]
        found.write(lambda connection: set_mode(connection, "default", EVENT, "off"))
        until(lambda: found.moving.routed(EVENT) is None)
        net._next = 0.0
        assert not look(found, net), "an event that is off is not asked for"


def test_each_event_counts_from_when_its_own_mode_was_set(place: Place) -> None:
    manifest = MANIFEST.replace("campaigns:", "  other:\n    route: {}\ncampaigns:")
    with company(place, manifest) as found, exported() as there:
        moved_for(found, 80 * HOUR)
        found.write(lambda connection: set_mode(connection, "default", "other", "live"))
        until(lambda: found.moving.routed("other") is not None)
        there.has("ada", ago=HOUR)
        there.has("eve", "other", ago=HOUR)
        look(found, net_of(found, there))
        assert found.numbers()["received"] == 1
        assert found.numbers("other") == {}


def test_a_mode_counts_from_when_it_became_another_one(place: Place) -> None:
    with open_route_file(place) as connection:
        set_mode(connection, "default", EVENT, "shadow")
        begun = moved_since(connection, "default")[EVENT]
        set_mode(connection, "default", EVENT, "shadow")
        assert moved_since(connection, "default")[EVENT] == begun
        time.sleep(0.01)
        set_mode(connection, "default", EVENT, "live")
        assert moved_since(connection, "default")[EVENT] > begun
        assert modes(connection, "default") == {EVENT: "live"}
        set_mode(connection, "default", EVENT, "off")
        assert moved_since(connection, "default") == {}


def test_an_event_without_an_id_is_known_by_number_from_whichever_side_it_comes_first(place: Place) -> None:
    """Mixpanel gives it an id of its own, so that both copies have in common only who, what and about when."""
    with company(place) as found, exported() as there:
        moved_for(found, 80 * HOUR)
        for ago in (HOUR, HOUR - 30):
            found.happen("ada", ago=ago, number=0, **{"$insert_id": ""})
        found.happen("eve", ago=HOUR, number=0, **{"$insert_id": ""})
        for ago in (HOUR - 1, HOUR - 20, HOUR - 50):
            there.has("ada", ago=ago)
        net = net_of(found, there)
        look(found, net)
        until(lambda: len(found.events()) == 4)
        for again in range(2):
            net._next = 0.0
            look(found, net)
            assert found.numbers()["received"] == 4, again
        found.happen("ada", ago=HOUR - 60, number=0, **{"$insert_id": ""})
        assert found.numbers()["received"] == 4, "the third came by the door after all"
        found.happen("ada", ago=HOUR - 70, number=0, **{"$insert_id": ""})
        assert found.numbers()["received"] == 5, "the fourth is another one"


EVENT_TIMES = st.lists(st.integers(0, 900), max_size=12, unique=True)


@given(by_door=EVENT_TIMES, by_export=EVENT_TIMES, looks=st.integers(1, 3))
@settings(deadline=None, max_examples=120)
def test_by_number_the_export_adds_exactly_what_it_has_more(
    tmp_path_factory: pytest.TempPathFactory, by_door: list[int], by_export: list[int], looks: int
) -> None:
    def event(at: int, source: str) -> QueuedEvent:
        key = f"{source} {at}".encode().ljust(16)
        return QueuedEvent(
            "default", EVENT, key, "ada", at, 1000.0, 1e9, source, "{}", matched_as=b"ada", sent_name=EVENT
        )

    with open_route_file(tmp_path_factory.mktemp("law")) as connection, committed(connection):
        assert all(receive(connection, event(at, "backend")) for at in by_door)
        added = 0
        for _ in range(looks):
            added += receive_exported(connection, [event(at, EXPORT) for at in sorted(by_export)])
        (received,) = connection.execute("SELECT count(*) FROM event_ledger").fetchone()
    assert added == len(by_export) - _most_pairs(sorted(by_door), sorted(by_export))
    assert received == len(by_door) + added


def _most_pairs(ones: list[int], others: list[int]) -> int:
    """The most pairs of which each is near enough, by trying the table of all beginnings of both."""
    best = [[0] * (len(others) + 1) for _ in range(len(ones) + 1)]
    for i, one in enumerate(ones):
        for j, other in enumerate(others):
            near = abs(one - other) <= APART_SECONDS
            best[i + 1][j + 1] = max(best[i][j + 1], best[i + 1][j], best[i][j] + near)
    return best[-1][-1]


def test_what_came_under_the_new_name_before_it_was_suspected_is_read_back_once_it_is_confirmed(place: Place) -> None:
    new = "project_created"
    with company(place) as found, exported() as there:
        moved_for(found, 80 * HOUR)
        net = net_of(found, there)
        look(found, net)
        for number in range(4):
            there.has(f"u-{number}", new, ago=2 * HOUR - number, insert_id=f"early-{number}")
        assert not look(found, net)
        found.write(
            lambda connection: open_hold(
                connection, "default", new, "candidate", "x", time.time(), source="events 1", candidate_of=EVENT
            )
        )
        until(lambda: found.happen("ada", new, ago=400, number=9))
        there.has("ada", new, ago=400, insert_id="i-9")
        net._next = 0.0
        look(found, net)
        assert found.numbers(new).get("received") == 1, "nothing of an unmapped event is taken on a guess"
        (hold,) = found.holds()
        found.write(lambda connection: end_hold(connection, hold, "confirmed", time.time()))
        until(lambda: (routed := found.moving.routed(new)) is not None and routed.event == EVENT)
        assert look(found, net), "at once: it is a name that was not read yet"
        until(lambda: len(found.events()) == 5)
        assert {one["name"] for one in found.events()} == {EVENT}
        assert found.numbers()["only_by_export"] == 4


def test_an_export_that_fails_is_told_once_and_asked_again_when_it_is_time_to(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_reading, "LOOK_SECONDS", 0.05)
    with company(place) as found, exported() as there:
        moved_for(found, 80 * HOUR)
        there.answer(Reply(429, "too many", {"Retry-After": "1"}))
        net = net_of(found, there)
        net.every_seconds = 0.3
        absences = AbsenceLook(found.moving, net.source, found.outbox, found.hash_of, found.courier.wake)
        reading = ExportReading("default", place, net, absences, found.told.append)
        reading.start()
        until(lambda: len(there.server.asked) >= 3)
        assert len(found.told) == 1
        there.has("eve", ago=HOUR)
        until(lambda: len(found.events()) == 1)
        there.answer(Reply(body="cut off", headers={"Content-Type": "text/plain"}, cut=3))
        until(lambda: len(found.told) == 2)
        reading.stop()
        assert not any("eve" in one for one in found.told)


def test_a_look_that_failed_does_not_move_on(place: Place) -> None:
    with company(place) as found, exported() as there:
        moved_for(found, 80 * HOUR)
        ahead = [0.0]
        net = net_of(found, there, lambda: time.time() + ahead[0])
        look(found, net)
        there.answer(Reply(500, "no"))
        ahead[0] = 7 * HOUR
        with pytest.raises(CollectorError):
            look(found, net)
        assert not look(found, net), "not before it is time to"
        there.has("eve", ago=5.5 * HOUR, insert_id="late")
        ahead[0] = 7.5 * HOUR
        assert look(found, net)
        until(lambda: found.numbers().get("only_by_export") == 1)


def test_whoever_is_forgotten_is_in_no_table_of_what_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with company(tmp_path) as found:
        found.happen("ada", number=0, **{"$insert_id": ""})
        until(lambda: len(found.events()) == 1)
        hashed = found.hash_of("default", "ada")
    with open_route_file(tmp_path) as connection, committed(connection):
        connection.execute("INSERT INTO last_seen VALUES ('default', 'away', 'ada', '2026-11-20')")
    assert CliRunner().invoke(campaign_health, ["route", "forget", "ada"]).exit_code == 0
    with open_route_file(tmp_path) as connection:
        for table in ("happened", "unnamed_event", "sent_profile"):
            rows = connection.execute(f"SELECT 1 FROM {table} WHERE person = ?", [hashed])
            assert rows.fetchall() == [], table
        assert connection.execute("SELECT * FROM last_seen").fetchall() == []
