"""With which code each command of the route ends: 0 done; 1 refused, or something failed; 2 it could not start."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from campaign_health.cli.main import main
from campaign_health.cli.route import COMMANDS
from campaign_health.route.event_key import event_key
from storage.outbox.cohorts.cohort_list import begin_cohort
from storage.outbox.events.event_queue import receive, receive_dead
from storage.outbox.events.held_events import HAND, hold_of, keep_back, open_hold
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import Connection, committed, open_route_file
from storage.outbox.route_modes import set_mode
from tests.collecting_cast import SIGNED_UP, cast_world
from tests.holding_cast import EVENT
from tests.holding_cast import company as carried
from tests.moved_cast import NAME, Company, company
from tests.waiting import until

HELD = ("drop", "--held", NAME)
LIVE = ("mode", NAME, "live")
SEND_TEST = ("send-test", NAME, "--person", "u-1", "--url", "http://127.0.0.1:1")

# What is typed after `route`, what is there, and the exit code; where it asks, the answer is no.
TABLE: list[tuple[tuple[str, ...], str, int]] = [
    (("recover", "1"), "", 2),
    (("recover", "1", "--way", "x"), "", 2),
    (("proof",), "", 2),
    (("proof", "1"), "", 2),
    (("serve", "--address", "0.0.0.0"), "", 2),
    (("serve", "--port", "x"), "", 2),
    (("status",), "", 0),
    (("status", "--json"), "held letter", 0),
    (("status", "--no-such"), "", 2),
    (("mode", NAME, "shadow"), "", 0),
    (("mode", NAME, "off"), "live", 0),
    (("mode", NAME, "x"), "", 2),
    (("mode", "x", "shadow"), "", 2),
    (("mode", NAME, "shadow", "--workspace", "x"), "", 2),
    (LIVE, "", 0),
    (LIVE, "second sender", 1),
    (LIVE, "other key", 1),
    (LIVE, "no key", 2),
    (("dead",), "letter", 0),
    (("replay",), "", 0),
    (("replay", "--dry-run"), "letter", 0),
    (("replay", "--yes"), "live letter", 0),
    (("replay", "--yes"), "letter", 1),
    (("replay",), "live letter", 1),
    (("replay", "--since", "x"), "letter", 2),
    (("drop",), "", 0),
    (("drop", "--yes"), "letter", 0),
    (("drop",), "letter", 1),
    ((*HELD, "--yes"), "held", 0),
    ((*HELD, "--dry-run"), "held", 0),
    (HELD, "held", 1),
    (HELD, "hold", 0),
    (HELD, "", 1),
    (("hold", NAME, "--why", "x"), "", 0),
    (("hold", NAME, "--why", "x"), "hold", 0),
    (("hold", "--all", "--why", "x"), "", 0),
    (("hold", NAME), "", 2),
    (("hold", NAME, "--why", " \t"), "", 2),
    (("hold", "x", "--why", "x"), "", 2),
    (("release", NAME), "", 1),
    (("release", NAME, "--dry-run"), "live held", 0),
    (("release", NAME, "--json"), "held", 0),
    (("release", NAME, "--yes"), "live held", 0),
    (("release", NAME), "live held", 1),
    (("release", NAME, "--yes"), "held", 1),
    (SEND_TEST, "", 2),
    (SEND_TEST, "live", 2),
    (("send-test", NAME), "", 2),
    (("try",), "", 0),
    (("try", "--send"), "", 2),
    (("try", "--send", "--address", "you@example.com"), "other key", 1),
    (("cohorts",), "", 0),
    (("cohorts", "--json"), "", 0),
    (("cohorts", "--release"), "", 2),
    (("cohorts", "x"), "", 2),
    (("cohorts", "Power users"), "cohort", 0),
    (("cohorts", "901", "--mode", "live"), "cohort", 0),
    (("cohorts", "901", "--mode", "x"), "cohort", 2),
    (("cohorts", "901", "--segment", "12"), "cohort", 0),
    (("cohorts", "901", "--release", "--yes"), "cohort", 1),
    (("cohorts", "901", "--anew"), "cohort", 0),
    (("cohorts", "--anew"), "", 2),
    (("coverage",), "", 2),
    (("experiment",), "", 2),
    (("experiment", "1"), "", 2),
    (("explain", "i-1"), "held", 0),
    (("explain", "i-1"), "", 1),
    (("explain",), "", 2),
    (("forget", "u-1"), "held", 0),
    (("forget", "u-1"), "", 0),
    (("forget",), "", 2),
    (("nothing-of-this-name",), "", 2),
]


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with pytest.MonkeyPatch.context() as patch, company(tmp_path_factory.mktemp("exits"), patch) as found:
        yield found


def of_one() -> QueuedEvent:
    now = time.time()
    key = event_key("default", NAME, {"$insert_id": "i-1"}, "u-1", int(now))
    return QueuedEvent("default", NAME, key, "u-1", now, now, now + 3600, "backend", '{"plan": "pro"}')


def _hold(connection: Connection) -> None:
    open_hold(connection, "default", NAME, "everything", "x", time.time(), source=HAND)


def _held(connection: Connection) -> None:
    _hold(connection)
    event = of_one()
    receive(connection, event)
    assert keep_back(connection, event.key, "", "")


def _cohort(connection: Connection) -> None:
    begin_cohort(connection, "default", "mixpanel", "901", "Power users", time.time())


THERE: dict[str, Callable[[Connection], None]] = {
    "cohort": _cohort,
    "hold": _hold,
    "held": _held,
    "letter": lambda connection: receive_dead(connection, of_one(), "no_person", "person"),
    "live": lambda connection: set_mode(connection, "default", NAME, "live"),
}


@pytest.mark.parametrize(("words", "there", "code"), TABLE, ids=[f"{' '.join(one[0])}, {one[1]}" for one in TABLE])
def test_each_command_of_the_route_ends_with_the_code_that_scripts_rely_on(
    words: tuple[str, ...], there: str, code: int, at: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(data))
    if there == "second sender":
        at.sandbox.world.events[SIGNED_UP] = cast_world("Europe/Berlin", days=60).events[SIGNED_UP]
    else:
        at.sandbox.world.events.pop(SIGNED_UP, None)
    if "key" in there:
        monkeypatch.setenv("CUSTOMERIO_APP_API_KEY", "another" if there == "other key" else "")
    with open_route_file(data) as connection, committed(connection):
        for one in there.split():
            if one in THERE:
                THERE[one](connection)
    assert ended_with(monkeypatch, *words) == code
    if words[0] == "drop" and "--held" in words and code == 0 and "--dry-run" not in words:
        with open_route_file(data) as connection:
            assert hold_of(connection, "default", NAME) is None, "also one that keeps nothing ends"


def ended_with(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    """The exit code of the whole program."""
    monkeypatch.setattr(sys, "argv", ["campaign-health", "route", *words])
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code or 0


def test_what_waited_as_an_event_is_turned_off_is_told_and_counts_as_shadowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"DATA_DIR": tmp_path, "MANIFEST": tmp_path / "campaign-health.yaml"}.items():
        monkeypatch.setenv(f"CAMPAIGN_HEALTH_{name}", str(value))
    with carried(tmp_path, status=503) as found:
        for number in range(3):
            found.happen(f"u-{number}")
        until(lambda: len(found.sent) > 0)
        assert ended_with(monkeypatch, "mode", EVENT, "off") == 0
        assert "3 events that waited will not be sent" in capsys.readouterr().err
        until(lambda: not found.moving.is_live(EVENT))
        found.answers[0] = 200
        until(lambda: found.numbers().get("shadowed") == 3)
        assert found.numbers().get("waiting", 0) == 0


def test_no_command_of_the_route_is_left_out() -> None:
    assert {words[0] for words, _, _ in TABLE} >= COMMANDS.keys()
