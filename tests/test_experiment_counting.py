"""Who counts in which arm and as converted, in both forms of the route's data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from campaign_health.route.experiment_note import experiment_note
from storage.outbox.connection.outbox_connection import Connection, Place, committed
from storage.outbox.people.experiment_log import (
    SETTLED_SECONDS,
    ArmNumbers,
    Conversion,
    arm_numbers,
    assign,
    count_observed,
    forget_experiments,
    note_conversions,
    sweep_experiments,
)
from storage.outbox.report_log import ReportRow, insert_report
from storage.outbox.route_file import open_route_file
from tests.outbox_places import place, postgres_place, postgres_server
from tests.test_experiment_arms import experiment

__all__ = ["place", "postgres_place", "postgres_server"]
DAY = 86_400.0
BEGIN = 1_790_000_000.0
WEEK_OVER = BEGIN + 7 * DAY + SETTLED_SECONDS


@pytest.fixture
def connection(place: Place) -> Iterator[Connection]:
    with open_route_file(place) as found, committed(found):
        yield found


def person(number: int) -> bytes:
    return number.to_bytes(32, "big")


def enter(connection: Connection, number: int, at: float = BEGIN, arm: str = "at_once", said: str = "said") -> None:
    assign(connection, "default", "offer", person(number), said, arm, at, 7 * DAY)


def convert(
    connection: Connection, number: int, at: float, event: str = "upgraded", workspace: str = "default"
) -> None:
    note_conversions(connection, [Conversion(workspace, event, person(number), at, 7 * DAY)])


def counted(connection: Connection, now: float, converted: str | int = "upgraded") -> dict[str, ArmNumbers]:
    count_observed(connection, "default", "offer", "said", converted, 7 * DAY, now)
    return arm_numbers(connection, "default", "offer", "said")


def test_everybody_counts_in_their_arm_once_their_time_is_over(connection: Connection) -> None:
    for number in range(6):
        enter(connection, number, arm="held_back" if number < 2 else "at_once")
    enter(connection, 0, BEGIN + DAY, arm="held_back")  # once more, within their time
    enter(connection, 9, BEGIN + DAY)
    for number in (0, 2, 3):
        convert(connection, number, BEGIN + 3 * DAY)
        convert(connection, number, BEGIN + 4 * DAY)
    assert counted(connection, WEEK_OVER - 1) == {
        "held_back": ArmNumbers(2, 0, 0, BEGIN), "at_once": ArmNumbers(5, 0, 0, BEGIN),
    }  # fmt: skip
    expected = {"held_back": ArmNumbers(2, 2, 1, BEGIN), "at_once": ArmNumbers(5, 4, 2, BEGIN)}
    assert counted(connection, WEEK_OVER) == expected
    assert counted(connection, WEEK_OVER) == expected, "counted once"
    assert counted(connection, WEEK_OVER + DAY)["at_once"] == ArmNumbers(5, 5, 2, BEGIN)
    (left,) = connection.execute("SELECT count(*) FROM experiment_person").fetchone()
    assert left == 0, "nobody is kept whose time is over"


def test_only_the_right_event_of_the_right_person_in_their_time_is_a_conversion(connection: Connection) -> None:
    for number in range(7):
        enter(connection, number)
    convert(connection, 0, BEGIN - 1)
    convert(connection, 1, BEGIN + 7 * DAY + 1)
    convert(connection, 2, BEGIN + DAY, event="another")
    convert(connection, 3, BEGIN + DAY, workspace="another")
    convert(connection, 99, BEGIN + DAY)
    convert(connection, 4, BEGIN)
    convert(connection, 5, BEGIN + 7 * DAY)
    assert counted(connection, WEEK_OVER)["at_once"] == ArmNumbers(7, 7, 2, BEGIN)


def test_a_conversion_that_comes_before_its_event_was_sent_counts(connection: Connection) -> None:
    convert(connection, 1, BEGIN + 60)
    sweep_experiments(connection, BEGIN + 3 * DAY)
    enter(connection, 1)
    assert counted(connection, WEEK_OVER)["at_once"].converted == 1


def test_reports_of_the_campaign_count_where_no_event_is_named(connection: Connection) -> None:
    for number, (metric, campaign_id, at) in enumerate(
        [("converted", 7, DAY), ("clicked", 7, DAY), ("converted", 8, DAY), ("converted", 7, 8 * DAY)]
    ):
        enter(connection, number)
        row = ReportRow(
            "default", f"e-{number}", metric, "email", BEGIN + at, BEGIN + at, campaign_id, None, None, None, None,
            person(number), None,
        )  # fmt: skip
        insert_report(connection, row)
    assert counted(connection, WEEK_OVER, 7)["at_once"] == ArmNumbers(4, 4, 1, BEGIN)


def test_another_experiment_of_the_campaign_begins_to_count_anew(connection: Connection) -> None:
    enter(connection, 1)
    enter(connection, 1, BEGIN + DAY, said="another", arm="held_back")
    assert arm_numbers(connection, "default", "offer", "said") == {}
    assert arm_numbers(connection, "default", "offer", "another") == {"held_back": ArmNumbers(1, 0, 0, BEGIN + DAY)}


def test_a_person_is_forgotten_and_what_nobody_needs_is_swept(connection: Connection) -> None:
    enter(connection, 1)
    enter(connection, 2)
    convert(connection, 1, BEGIN)
    assert forget_experiments(connection, person(1)) == 2
    assert arm_numbers(connection, "default", "offer", "said")["at_once"].assigned == 1
    convert(connection, 2, BEGIN)
    sweep_experiments(connection, WEEK_OVER)
    tables = ("experiment_person", "experiment_conversion")
    assert [connection.execute(f"SELECT count(*) FROM {one}").fetchone()[0] for one in tables] == [1, 1]
    sweep_experiments(connection, WEEK_OVER + 30 * DAY)
    assert [connection.execute(f"SELECT count(*) FROM {one}").fetchone()[0] for one in tables] == [0, 0]


def test_the_note_has_both_arms_and_nobody_and_leaves_out_a_campaign_that_is_not_known(place: Place) -> None:
    of = experiment()
    with open_route_file(place) as connection:
        with committed(connection):
            assign(connection, "default", of.campaign, person(1), of.said, "at_once", BEGIN, of.within_seconds)
            convert(connection, 1, BEGIN + 5)
        assert experiment_note(connection, "default", {"paywall": of}, {}, WEEK_OVER) == []
        rows = experiment_note(connection, "default", {"paywall": of}, {"Upgrade offer": 14}, WEEK_OVER)
    assert [(row["campaign_id"], row["arm"], row["share"], row["observed"], row["converted"]) for row in rows] == [
        (14, "at_once", 0.9, 1, 1), (14, "held_back", 0.1, 0, 0),
    ]  # fmt: skip
