"""Who leaves the route's numbers and who publishes them: the listening process, and `route status`."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from campaign_health.words.delivery_words import headline_text, hold_step, letter_step, strip_text
from collectors.route import read_delivery
from storage.file.database import Warehouse, open_published
from storage.outbox.events.event_letters import drop_letter, letters
from storage.outbox.events.event_queue import bury, receive
from storage.outbox.events.held_events import HAND, open_hold
from storage.outbox.route_file import open_route_file
from storage.outbox.route_modes import set_mode
from storage.read.route_delivery import delivery_of
from tests.recovery_cast import run_command
from tests.reports_cast import listening
from tests.test_delivery_numbers import EVENT, event, key
from tests.test_route_moving import NAME, environment, post, sandbox

__all__ = ["environment", "sandbox"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", "2026-11-20T12:10:00Z")
    with Warehouse(tmp_path / "data").open_and_publish():
        pass
    return tmp_path / "data"


def published(data: Path) -> tuple[int, object]:
    """How many were received by what is published, and its holds."""
    with open_published(data) as connection:
        found = delivery_of(connection, "default")
    return (0, []) if found is None else (sum(one.received for one in found.events), [one.event for one in found.holds])


def test_what_is_new_is_published_at_once_and_mere_counts_within_the_hour(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_command("route", "status", "--publish-news")
    assert published(data) == (0, []), "nothing is moved"
    with open_route_file(data) as connection:
        set_mode(connection, "default", EVENT, "live")
        receive(connection, event(1))
    run_command("route", "status", "--publish-news")
    assert published(data) == (1, [])
    with open_route_file(data) as connection:
        receive(connection, event(2))
    run_command("route", "status", "--publish-news")
    assert published(data) == (1, []), "one more of what is known is no news"
    with open_route_file(data) as connection:
        open_hold(connection, "default", EVENT, "everything", "a look at it", 1e9, source=HAND)
    run_command("route", "status", "--publish-news")
    assert published(data) == (2, [EVENT])
    with open_route_file(data) as connection:
        receive(connection, event(3))
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", "2026-11-20T13:11:00Z")
    run_command("route", "status", "--publish-news")
    assert published(data)[0] == 3, "an hour has passed"
    with open_route_file(data) as connection:
        receive(connection, event(4))
    run_command("route", "status", "--publish")
    assert published(data)[0] == 4


def test_a_group_of_letters_is_news_when_it_comes_and_when_it_goes(data: Path) -> None:
    with open_route_file(data) as connection:
        receive(connection, event(1))
        bury(connection, key(1), "too_large", "", 1e9)
    run_command("route", "status", "--publish-news")
    with open_published(data) as connection:
        (one,) = connection.execute("SELECT reason, count FROM route_letter_group").fetchall()
    assert one == ("too_large", 1)
    with open_route_file(data) as connection:
        (letter,) = letters(connection, "default", None, None, 0.0)
        drop_letter(connection, letter)
    run_command("route", "status", "--publish-news")
    with open_published(data) as connection:
        assert connection.execute("SELECT count(*) FROM route_letter_group").fetchone() == (0,)
        assert connection.execute("SELECT dropped, dead FROM route_day").fetchall() == [(1, 0)]


@pytest.mark.slow("route")
def test_the_listening_process_leaves_the_numbers_when_it_ends(tmp_path: Path, environment: dict[str, str]) -> None:
    run_command("route", "mode", NAME, "shadow")
    with listening(tmp_path, CUSTOMERIO_REPORTING_SIGNING_KEY="", **environment) as (url, process):
        assert [post(url, number) for number in (1, 2, 2)] == [200, 200, 200]
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    found = read_delivery(tmp_path / "data", "default")
    assert found is not None
    status = json.loads(run_command("route", "status", "--json").stdout)["workspaces"]["default"]["events"][NAME]
    (moved,) = found.events
    assert (moved.mode, moved.received) == ("shadow", 2)
    assert (moved.shadowed, moved.waiting) == (status["shadowed"], status["waiting"])
    assert moved.sent_as != NAME, "by its name in Customer.io, too"
    (source,) = found.sources
    assert (source.source, source.events) == ("backend", 3)
    assert source.p99_seconds < 5


@pytest.mark.parametrize(
    ("held", "dead", "waiting", "breaker", "holds", "said"),
    [(0, 0, 0, "closed", 0, "Everything that came in was delivered."),
     (0, 0, 3, "closed", 0, "Everything that came in was delivered, or waits for its turn (3)."),
     (1, 2, 0, "closed", 1, "2 events could not be delivered and 1 event is kept back."),
     (0, 0, 0, "closed", 1, "1 name is kept back, and nothing of it has come yet."),
     (0, 0, 9, "open", 0, "Customer.io takes nothing just now: 9 events wait.")],
)  # fmt: skip
def test_the_first_sentence(held: int, dead: int, waiting: int, breaker: str, holds: int, said: str) -> None:
    assert headline_text(held, dead, waiting, breaker, holds) == said


def test_commands_take_any_name_and_say_the_workspace_where_there_are_several() -> None:
    assert "`campaign-health route release 'it'\"'\"'s done' --workspace=eu`" in hold_step(
        "it's done", "everything", None, "eu"
    )
    assert "route replay --event=a --reason=no_person`" in letter_step("a", "no_person", None, None)
    assert "--reason" not in letter_step("a", "refused:(address) is none", None, None), (
        "it is not as the letters have it"
    )
    assert "route recover" in letter_step("a", "hold_expired", None, None)
    assert strip_text("live", 1, 12, 0) == "Moved: live · 1 waits · 12 kept back · 0 could not be delivered today"
