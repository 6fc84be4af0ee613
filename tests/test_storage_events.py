"""Event counts are dense, restated by key, and never lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.file.database import Warehouse
from storage.read.collected import event_source_in_use, known_events
from storage.records import Collected
from storage.save import mark_not_collected, restart_event_series, save_event_window
from tests.storage_cast import NOW, RUN, WORKSPACE, answered, counts, day, observed, open_warehouse, save_window


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path) as opened:
        yield opened


def series(connection: duckdb.DuckDBPyConnection, event: str) -> dict[int, tuple[int | None, str]]:
    rows = connection.execute(
        "SELECT day, events, state FROM event_day WHERE workspace = ? AND event = ? ORDER BY day", [WORKSPACE, event]
    ).fetchall()
    return {found.day: (events, state) for found, events, state in rows}


def numbers(connection: duckdb.DuckDBPyConnection, event: str) -> dict[int, int | None]:
    return {number: events for number, (events, _) in series(connection, event).items()}


def test_a_series_begins_on_the_first_day_with_an_event_and_then_has_every_day(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = save_window(connection, [counts("signed_up", {3: 5, 5: 1})], 1, 6)
    assert numbers(connection, "signed_up") == {3: 5, 4: 0, 5: 1, 6: 0}
    assert rows == 4


def test_an_event_that_vanished_from_the_answer_reads_zero(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("project.created", {1: 9, 2: 9})], 1, 2)
    save_window(connection, [counts("project_created", {3: 9, 4: 9})], 3, 4)
    assert numbers(connection, "project.created") == {1: 9, 2: 9, 3: 0, 4: 0}
    assert numbers(connection, "project_created") == {3: 9, 4: 9}
    assert known_events(connection, WORKSPACE) == ["project.created", "project_created"]


def test_an_answer_without_any_event_is_zero_for_the_known_ones(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("signed_up", {1: 9})], 1, 1)
    save_window(connection, [], 2, 3)
    assert numbers(connection, "signed_up") == {1: 9, 2: 0, 3: 0}


def test_a_listed_event_without_any_count_is_known_and_has_no_series(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("never", {})], 1, 3)
    assert known_events(connection, WORKSPACE) == ["never"]
    assert series(connection, "never") == {}


def test_collecting_a_day_again_replaces_it(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("signed_up", {1: 5, 2: 6})], 1, 2)
    save_window(connection, [counts("signed_up", {2: 60, 3: 7})], 2, 3)
    save_window(connection, [counts("signed_up", {2: 60, 3: 7})], 2, 3)
    assert numbers(connection, "signed_up") == {1: 5, 2: 60, 3: 7}


def test_a_day_restated_to_nothing_keeps_its_row(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("signed_up", {1: 5, 2: 6})], 1, 2)
    save_window(connection, [counts("signed_up", {2: 6})], 1, 2)
    assert numbers(connection, "signed_up") == {1: 0, 2: 6}
    assert seen(connection, "signed_up") == (day(2), day(2))


def test_an_earlier_first_day_found_later_leaves_no_hole(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("other", {1: 1})], 1, 10)
    save_window(connection, [counts("signed_up", {8: 4})], 8, 10)
    save_window(connection, [counts("signed_up", {2: 1})], 1, 3)
    assert numbers(connection, "signed_up") == {2: 1, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 4, 9: 0, 10: 0}
    assert seen(connection, "signed_up") == (day(2), day(8))


def test_an_event_first_seen_in_an_old_window_gets_the_later_collected_days(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    save_window(connection, [counts("other", {5: 1})], 5, 7)
    mark_not_collected(connection, "mixpanel_events", day(8), day(8), RUN)
    save_window(connection, [counts("signed_up", {2: 1})], 1, 3)
    assert series(connection, "signed_up") == {
        2: (1, "observed"),
        3: (0, "observed"),
        5: (0, "observed"),
        6: (0, "observed"),
        7: (0, "observed"),
        8: (None, "not_collected"),
    }


def test_first_and_last_seen_follow_the_counts(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("signed_up", {3: 1, 5: 2})], 1, 6)
    assert seen(connection, "signed_up") == (day(3), day(5))


def test_a_day_that_was_not_collected_is_null_and_never_zero(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("signed_up", {1: 5})], 1, 2)
    mark_not_collected(connection, "mixpanel_events", day(2), day(4), Collected(WORKSPACE, "failed run", NOW))
    assert series(connection, "signed_up") == {
        1: (5, "observed"),
        2: (0, "observed"),
        3: (None, "not_collected"),
        4: (None, "not_collected"),
    }


def test_a_failure_leaves_an_earlier_provisional_number(connection: duckdb.DuckDBPyConnection) -> None:
    states = {day(1): "observed", day(2): "provisional"}
    save_event_window(connection, [counts("signed_up", {1: 5, 2: 3})], states, RUN)
    mark_not_collected(connection, "mixpanel_events", day(1), day(2), Collected(WORKSPACE, "failed run", NOW))
    assert series(connection, "signed_up") == {1: (5, "observed"), 2: (3, "provisional")}
    assert answered(connection, "mixpanel_events") == [day(1), day(2)]


def test_a_day_not_collected_is_filled_by_the_next_run(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("signed_up", {1: 5})], 1, 1)
    mark_not_collected(connection, "mixpanel_events", day(2), day(2), Collected(WORKSPACE, "failed run", NOW))
    save_window(connection, [counts("signed_up", {2: 7})], 2, 2)
    assert series(connection, "signed_up")[2] == (7, "observed")
    assert answered(connection, "mixpanel_events") == [day(1), day(2)]


def test_a_partial_answer_says_nothing_of_the_events_it_does_not_cover(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("a", {1: 1}), counts("b", {1: 1}), counts("c", {1: 1})], 1, 1)
    save_window(connection, [counts("a", {2: 4})], 1, 2, answered=["a", "b"])
    assert series(connection, "a")[2] == (4, "observed")
    assert series(connection, "b") == {1: (0, "observed"), 2: (0, "observed")}
    assert series(connection, "c") == {1: (1, "observed"), 2: (None, "not_collected")}
    states = connection.execute("SELECT day, state FROM source_day ORDER BY day").fetchall()
    assert states == [(day(1), "observed"), (day(2), "not_collected")]


def test_days_without_a_state_are_not_stored(connection: duckdb.DuckDBPyConnection) -> None:
    future = [counts("signed_up", {1: 5, 2: 6, 3: 7})]
    save_event_window(connection, future, observed(1, 2), RUN)
    assert list(series(connection, "signed_up")) == [1, 2]


def test_a_switch_of_the_count_source_begins_every_series_anew(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("old", {1: 5}), counts("both", {1: 5})], 1, 9)
    assert event_source_in_use(connection, WORKSPACE) == "query"
    assert restart_event_series(connection, WORKSPACE, "query") == 0
    assert restart_event_series(connection, WORKSPACE, "export") == 18
    save_window(connection, [counts("both", {4: 2}, source="export")], 3, 5)
    assert numbers(connection, "both") == {4: 2, 5: 0}
    assert series(connection, "old") == {}
    assert known_events(connection, WORKSPACE) == ["both", "old"]
    assert event_source_in_use(connection, WORKSPACE) == "export"
    assert answered(connection, "mixpanel_events")[0] == day(3)


def test_counts_of_two_sources_are_never_mixed(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("signed_up", {1: 5})], 1, 2)
    with pytest.raises(ValueError, match="restart_event_series"):
        save_window(connection, [counts("signed_up", {3: 5}, source="export")], 3, 3)
    with pytest.raises(ValueError, match="from one source"):
        save_window(connection, [counts("a", {3: 5}, source="export"), counts("b", {3: 5})], 3, 3)


def test_an_event_counted_twice_in_one_window_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ValueError, match="one count of each event"):
        save_window(connection, [counts("signed_up", {1: 5}), counts("signed_up", {1: 5})], 1, 2)


def test_workspaces_do_not_touch_each_other(connection: duckdb.DuckDBPyConnection) -> None:
    save_window(connection, [counts("signed_up", {1: 5})], 1, 2)
    save_event_window(
        connection, [counts("signed_up", {1: 8}, source="export")], observed(1, 1), Collected("agency", "run", NOW)
    )
    restart_event_series(connection, "agency", "query")
    assert numbers(connection, "signed_up") == {1: 5, 2: 0}


Window = tuple[int, int, dict[str, dict[int, int]]]
_windows = st.tuples(st.integers(1, 12), st.integers(0, 5)).flatmap(
    lambda span: st.tuples(
        st.just(span[0]),
        st.just(span[0] + span[1]),
        st.dictionaries(
            st.sampled_from(["a", "b", "c"]),
            st.dictionaries(st.integers(span[0], span[0] + span[1]), st.integers(0, 3), max_size=4),
            max_size=3,
        ),
    )
)


@pytest.mark.slow("histories judged again")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(windows=st.lists(_windows, min_size=1, max_size=5))
def test_after_any_windows_each_series_is_dense_and_holds_the_newest_numbers(
    tmp_path: Path, windows: list[Window]
) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.open() as connection:
        connection.begin()
        expected: dict[str, dict[int, int]] = {name: {} for name in ("a", "b", "c")}
        collected: set[int] = set()
        for first, last, answer in windows:
            save_window(connection, [counts(name, by_day) for name, by_day in answer.items()], first, last)
            collected |= set(range(first, last + 1))
            for name, newest in expected.items():
                newest.update({d: answer.get(name, {}).get(d, 0) for d in range(first, last + 1)})
        for name, newest in expected.items():
            found = numbers(connection, name)
            positive = [d for d in sorted(collected) if newest[d] > 0]
            assert all(found[d] == newest[d] for d in found)
            assert set(found) <= collected
            if positive:
                assert set(found) >= {d for d in collected if d >= positive[0]}
                assert seen(connection, name) == (day(positive[0]), day(positive[-1]))
            assert all(newest[d] == 0 for d in collected - set(found))
        connection.rollback()  # the next example begins with an empty file


def seen(connection: duckdb.DuckDBPyConnection, event: str) -> tuple[date, date]:
    row = connection.execute(
        "SELECT first_seen, last_seen FROM event WHERE workspace = ? AND event = ?", [WORKSPACE, event]
    ).fetchone()
    assert row is not None
    return row
