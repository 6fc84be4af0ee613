"""What fails in a way that nobody foresaw stops nobody: it is told of without a person, and the work goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from campaign_health.route import steady_thread
from campaign_health.route.holding.published_word import PublishedFile, PublishedWord
from campaign_health.route.lanes import courier as couriers
from campaign_health.route.lanes.prepared import Prepared
from campaign_health.route.lanes.turns import Waiting
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.connection.thread_faults import faults_since, note_fault
from storage.outbox.events.event_letters import letter_groups
from storage.outbox.events.event_tally import numbers
from storage.outbox.events.held_events import HAND, end_hold, hold_of, open_hold
from storage.outbox.group_commit import CannotWrite, CannotWriteThis, GroupCommit
from storage.outbox.route_file import open_route_file
from tests.full_disk import full_disk
from tests.holding_cast import EVENT, company
from tests.moved_cast import NAME, post, run, status
from tests.moved_cast import company as moved_company
from tests.test_lanes_courier import Destination, carrying, operation_of, queued, take_in
from tests.waiting import until

BAD = 13


def letters_of(place: Place) -> list[tuple[str, int]]:
    with open_route_file(place) as connection:
        return [(one.reason, one.count) for one in letter_groups(connection)]


def delivered(place: Place) -> int:
    with open_route_file(place) as connection:
        return numbers(connection).get(("default", "limit_hit"), {}).get("delivered", 0)


def failing_at_one(event: Waiting) -> Prepared:
    if json.loads(event.body)["number"] == BAD:
        raise KeyError(event.person)
    return operation_of(event)


def test_an_event_at_which_the_program_fails_becomes_a_letter_and_its_person_gets_all_others(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(couriers, "MOST_FAULTS", 3)
    destination = Destination()
    with carrying(place, destination.post, operation_of=failing_at_one) as (outbox, courier):
        take_in(outbox, courier, *(queued(number, f"person-{number % 4}") for number in range(BAD - 1, BAD + 30)))
        until(lambda: delivered(place) == 30)
        until(lambda: letters_of(place) == [("program_fault", 1)])
        assert courier.thread.number == 3
    assert destination.accepted["person-1"] == list(range(BAD + 4, BAD + 30, 4))
    assert "KeyError (test_route_goes_on.py" in caplog.text
    assert "person-" not in caplog.text
    assert len(caplog.records) == 1, "the same failure is not said again at once"


def test_an_event_of_which_nothing_can_be_written_becomes_a_letter_and_frees_its_lane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "MOST_FAULTS", 2)
    bad = queued(BAD, "ada")
    with open_route_file(tmp_path) as connection:
        connection.execute(
            "CREATE TRIGGER unwritable BEFORE UPDATE ON event_ledger WHEN NEW.outcome = 'delivered' AND "
            f"NEW.key = X'{bad.key.hex()}' BEGIN SELECT RAISE(ABORT, 'it cannot be'); END"
        )
    destination = Destination()
    with carrying(tmp_path, destination.post) as (outbox, courier):
        take_in(outbox, courier, bad, queued(1, "ada"), queued(2, "eve"))
        until(lambda: delivered(tmp_path) == 2)
        until(lambda: letters_of(tmp_path) == [("program_fault", 1)])
        assert outbox.can_write
    assert destination.accepted["ada"] == [BAD, 1]
    assert len(destination.ulids[BAD]) == 1


def test_an_event_that_cannot_even_become_a_letter_stays_in_the_queue_and_frees_its_lane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "MOST_FAULTS", 2)
    bad = queued(BAD, "ada")
    with open_route_file(tmp_path) as connection:
        connection.execute(
            f"CREATE TRIGGER unwritable BEFORE UPDATE ON event_ledger WHEN NEW.key = X'{bad.key.hex()}' "
            "BEGIN SELECT RAISE(ABORT, 'it cannot be'); END"
        )
    with carrying(tmp_path, Destination().post) as (outbox, courier):
        take_in(outbox, courier, bad, queued(1, "ada"))
        until(lambda: delivered(tmp_path) == 1)
        with open_route_file(tmp_path) as connection:
            assert numbers(connection)["default", "limit_hit"]["waiting"] == 1
    with open_route_file(tmp_path) as connection:
        connection.execute("DROP TRIGGER unwritable")
    with carrying(tmp_path, Destination().post):
        until(lambda: delivered(tmp_path) == 2)


def test_a_full_disk_is_no_fault_of_what_is_written(tmp_path: Path) -> None:
    outbox = GroupCommit(tmp_path)
    outbox.start()

    def fails(connection: object) -> None:
        raise ValueError

    write: Callable[[Any], Any] = lambda connection: note_fault(connection, "default", "x" * 5_000_000, "", 0.0)  # noqa: E731
    with pytest.raises(CannotWriteThis):
        outbox.submit(fails).result()
    assert outbox.can_write
    with full_disk(), pytest.raises(CannotWrite) as full:
        outbox.submit(write).result()
    assert not isinstance(full.value, CannotWriteThis)
    outbox.close()


class FailingFile(PublishedFile):
    """A published file at whose reading the program fails some times."""

    left = 2

    def read(self) -> PublishedWord:
        if self.left:
            self.left -= 1
            raise ZeroDivisionError("ada@company.com")
        return super().read()


def test_what_keeps_the_holds_is_begun_again_after_a_failure_and_lets_go_what_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(steady_thread, "LEAST_PAUSE_SECONDS", 0.1)
    with company(tmp_path) as found:
        found.write(lambda connection: open_hold(connection, "default", EVENT, "everything", "x", 1.0, source=HAND))
        until(lambda: found.moving._holds != {})
        found.happen()
        until(lambda: found.numbers().get("held") == 1)
        found.keeper.published = FailingFile(tmp_path, "default")
        until(lambda: found.keeper.thread.number == 2)
        found.write(lambda connection: end_hold(connection, hold_of(connection, "default", EVENT), "released", 2.0))  # type: ignore[arg-type]
        until(lambda: len(found.events()) == 1)
        with open_route_file(tmp_path) as connection:
            (fault,) = faults_since(connection, "default", 0.0)
    assert (fault.part, fault.number, fault.kind.split(" ")[0]) == ("keeper", 2, "ZeroDivisionError")
    assert "The keeper of default failed and goes on" in caplog.text
    assert "ada" not in caplog.text


def test_a_courier_is_begun_again_after_a_failure_and_passes_over_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steady_thread, "LEAST_PAUSE_SECONDS", 0.1)
    left = [3]

    def refresh(connection: object) -> bool:
        if left[0] and delivered(place) >= 5:
            left[0] -= 1
            raise RuntimeError
        return True

    destination = Destination()
    with carrying(place, destination.post, refresh=refresh) as (outbox, courier):
        for number in range(60):
            take_in(outbox, courier, queued(number, f"p-{number % 5}"))
        until(lambda: delivered(place) == 60)
        assert (left, courier.thread.number) == ([0], 3)
    assert all(some == sorted(some) for some in destination.accepted.values())


@pytest.mark.slow("route")
def test_a_failure_is_told_by_status_numbers_and_health_without_a_person_and_events_are_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with moved_company(tmp_path, monkeypatch) as found:
        run("route", "mode", NAME, "live")
        with found.serving() as (url, numbers_url):
            assert (post(url, 1), status()["faults"]) == (200, [])
            until(lambda: status()["events"][NAME]["delivered"] == 1)
            assert requests.get(f"{url}/healthz", timeout=20).text == "ok\n"
            with open_route_file(tmp_path / "data") as connection:
                connection.execute(
                    "CREATE TRIGGER unwritable BEFORE UPDATE ON event_ledger WHEN NEW.outcome = 'delivered' "
                    "BEGIN SELECT RAISE(ABORT, 'it cannot be'); END"
                )
            assert post(url, 2) == 200
            until(lambda: status()["faults"] != [])
            health, told = requests.get(f"{url}/healthz", timeout=20), requests.get(numbers_url, timeout=20).text
            assert post(url, 3) == 200, "it takes events in all the same"
        said = run("route", "status").stdout
    (fault,) = status()["faults"]
    assert (health.status_code, health.text) == (200, "ok\nthe courier of default failed lately\n")
    assert 'campaign_health_route_faults_total{workspace="default",part="courier"}' in told
    assert (fault["part"], fault["kind"].split(" ")[0]) == ("courier", "IntegrityError")
    assert "The courier of default failed" in said
    assert "u-2" not in told + said + json.dumps(fault)
