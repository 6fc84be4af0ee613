"""What an experiment has counted: from the route's file to the published one, the page and the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign_health.pipeline.sources.route_numbers import left_numbers
from campaign_health.route.delivery_note import delivery_note
from campaign_health.route.experiment_note import experiment_note
from campaign_health.route.numbers_file import note_delivery
from campaign_health.state.delivery_view import carried_event, delivery_view
from campaign_health.state.experiments import Difference, difference_of, experiment_of
from campaign_health.words.experiment_words import NOT_COMPARED
from collectors.errors import UnexpectedShape
from storage.file.database import Warehouse, open_published
from storage.outbox.connection.outbox_connection import committed
from storage.outbox.events.delayed_events import delay
from storage.outbox.events.event_queue import receive
from storage.outbox.people.experiment_log import Conversion, assign, note_conversions
from storage.outbox.route_file import open_route_file
from storage.outbox.route_modes import set_mode
from tests.dashboard_world import NOW
from tests.recovery_cast import run_command
from tests.test_dashboard_states import built, drawn, folder, with_data
from tests.test_dashboard_states import said as drawn_text
from tests.test_delivery_numbers import EVENT, event
from tests.test_experiment_arms import experiment

__all__ = ["built", "folder"]
pytestmark = pytest.mark.slow("experiments")
DAY = 86_400.0
CAMPAIGN = 1
BEGIN = NOW.timestamp() - 20 * DAY


def add_experiment(data_dir: Path, people: int, at_once: float, held_back: float, *, is_over: bool = True) -> None:
    """Fills both arms, a tenth of the people in the one that waits, and publishes the numbers."""
    of, held = experiment(), people // 10
    with open_route_file(data_dir) as connection:
        with committed(connection):
            set_mode(connection, "default", EVENT, "live")
            receive(connection, event(1, BEGIN))
            delay(connection, event(1).key, NOW.timestamp() + DAY)
            for number in range(people):
                arm, share, of_arm = (
                    ("held_back", held_back, held) if number < held else ("at_once", at_once, people - held)
                )
                place, person = number if number < held else number - held, number.to_bytes(32, "big")
                at = BEGIN if is_over else NOW.timestamp() - DAY
                assign(connection, "default", of.campaign, person, of.said, arm, at, of.within_seconds)
                if place < share * of_arm:
                    note_conversions(connection, [Conversion("default", "upgraded", person, at + DAY, 7 * DAY)])
        note_numbers(data_dir, NOW.timestamp())
    publish(data_dir)


def note_numbers(data_dir: Path, now: float, *, is_on: bool = True) -> None:
    with open_route_file(data_dir) as connection:
        experiments = {EVENT: experiment()} if is_on else {}
        rows = experiment_note(connection, "default", experiments, {"Upgrade offer": CAMPAIGN}, now)
        note_delivery(data_dir, "default", delivery_note(connection, "default", {}, now, experiments=rows))


def publish(data_dir: Path) -> None:
    with Warehouse(data_dir).open_and_publish() as warehouse:
        left_numbers(data_dir, "default").save(warehouse)


@pytest.fixture
def shown(folder: Path, built: Path) -> Path:
    with_data(folder, built)
    return folder / "data"


def test_page_terminal_and_table_say_the_same(shown: Path) -> None:
    add_experiment(shown, 2000, 0.30, 0.20)
    with open_published(shown) as connection:
        rows = connection.execute(
            "SELECT arm, share, assigned, observed, converted, waiting FROM experiment_arm ORDER BY arm"
        ).fetchall()
        state = experiment_of(connection, "default", CAMPAIGN)
    assert rows == [("at_once", 0.9, 1800, 1800, 540, 0), ("held_back", 0.1, 200, 200, 40, 1)]
    assert state is not None
    sentences = state.sentences()
    assert sentences[:2] == (
        "Within 7 days, 30.0 % of 1,800 people converted who were to get it at once, and 20.0 % of 200 people who were "
        "to wait until 09:00.",
        "That is 10.0 points more (95 % interval: 3.6 to 15.4): more than chance.",
    )
    page = " ".join(drawn_text(drawn("campaign", campaign=str(CAMPAIGN))).replace("\\", "").split())
    terminal = " ".join(run_command("route", "experiment", str(CAMPAIGN)).stdout.split())
    for sentence in sentences:
        assert sentence in page
        assert sentence in terminal
    (told,) = json.loads(run_command("route", "experiment", "--json").stdout)["experiments"]
    assert told["difference"]["difference"] == pytest.approx(0.1)
    assert told["arms"]["held_back"] == {
        "share": 0.1, "assigned": 200, "observed": 200, "converted": 40, "waiting": 1,
    }  # fmt: skip


def test_before_thirty_conversions_it_is_not_yet_known(shown: Path) -> None:
    add_experiment(shown, 100, 0.30, 0.20)
    with open_published(shown) as connection:
        state = experiment_of(connection, "default", CAMPAIGN)
    assert state is not None
    assert state.difference is None
    assert state.sentences()[0] == "Not yet known: of those whose 7 days are over, 29 converted, and 30 have to."
    assert json.loads(run_command("route", "experiment", "--json").stdout)["experiments"][0]["difference"] is None


def test_who_still_has_time_is_not_compared(shown: Path) -> None:
    add_experiment(shown, 2000, 0.30, 0.20, is_over=False)
    with open_published(shown) as connection:
        state = experiment_of(connection, "default", CAMPAIGN)
    assert state is not None
    assert (state.at_once.assigned, state.at_once.observed, state.at_once.converted) == (1800, 0, 0)
    assert "Not yet known" in state.sentences()[0]


def test_what_waits_for_the_daily_hour_is_no_trouble(shown: Path) -> None:
    add_experiment(shown, 100, 0.3, 0.2)
    with open_published(shown) as connection:
        view = delivery_view(connection, "default", UTC, NOW.date())  # type: ignore[arg-type]
        carried = carried_event(connection, "default", EVENT)
    assert view is not None
    assert carried is not None
    assert (view.held, view.level, carried.held) == (0, "good", 0)
    assert (
        carried.sentence()
        == "Moved: live · 0 wait · 0 kept back · 0 could not be delivered today · 1 until the daily hour"
    )


def test_an_experiment_that_is_over_stays_as_it_was(shown: Path) -> None:
    add_experiment(shown, 2000, 0.30, 0.20)
    note_numbers(shown, NOW.timestamp() + DAY, is_on=False)
    publish(shown)
    with open_published(shown) as connection:
        state = experiment_of(connection, "default", CAMPAIGN)
    assert state is not None
    assert (state.at_once.converted, state.noted_at) == (540, NOW.astimezone(UTC))


def test_without_an_experiment_nothing_is_compared(shown: Path) -> None:
    assert NOT_COMPARED in " ".join(run_command("route", "experiment", str(CAMPAIGN)).stdout.split())
    assert "No campaign has an `experiment`" in run_command("route", "experiment").stdout


def test_a_number_that_cannot_be_is_refused(tmp_path: Path) -> None:
    row = {
        "campaign_id": 1, "arm": "at_once", "event": EVENT, "share": 1.5, "held_until": "09:00", "converted_by": None,
        "within_seconds": 1.0, "assigned": 1, "observed": 1, "converted": 1, "waiting": 0, "since": None,
    }  # fmt: skip
    with open_route_file(tmp_path) as connection:
        note = delivery_note(connection, "default", {}, datetime.now(UTC).timestamp(), experiments=[row])
    note_delivery(tmp_path, "default", note)
    with pytest.raises(UnexpectedShape, match="share"):
        left_numbers(tmp_path, "default")


def test_the_difference_is_known_from_thirty_conversions_on() -> None:
    assert difference_of((20, 100), (9, 100)) is None
    assert difference_of((30, 100), (0, 0)) is None
    found = difference_of((20, 100), (10, 100))
    assert isinstance(found, Difference)
    assert found.low < found.difference < found.high
