"""A signal ends the work, whatever the work makes of it."""

from __future__ import annotations

import os
import signal

import duckdb
import pytest

from campaign_health.process.stopping import Stopped, StopSignals


def _query_that_meets_the_stop() -> None:
    """What DuckDB does with a signal's exception that reaches it in the middle of a query."""
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except BaseException as stop:
        raise duckdb.InvalidInputException(str(stop)) from None


def test_a_stop_that_met_a_query_leaves_as_a_stop() -> None:
    with pytest.raises(Stopped) as stopped, StopSignals():
        _query_that_meets_the_stop()
    assert stopped.value.exit_code == 128 + signal.SIGTERM


def test_a_stop_whose_failure_was_caught_can_be_insisted_on() -> None:
    with StopSignals() as signals:
        with pytest.raises(duckdb.Error):
            _query_that_meets_the_stop()
        with pytest.raises(Stopped):
            signals.insist()


def test_a_failure_without_a_stop_stays_that_failure() -> None:
    with pytest.raises(ZeroDivisionError), StopSignals():
        _ = 1 / 0
