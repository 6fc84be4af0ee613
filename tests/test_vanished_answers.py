"""An answer in which all that was known before is gone is not believed: a broken service is not a quiet one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaign_health.sandbox.world.csv_world import csv_world
from tests.collecting_cast import CAST, LAST_DAY, Install, Installation, cast_csv, cast_world

COUNTS = "SELECT event, day, events, state FROM event_day WHERE day <= ? ORDER BY ALL"
STATES = "SELECT DISTINCT state FROM event_day WHERE day > ?"

SOURCES = ["query", pytest.param("export", marks=pytest.mark.slow("exports"))]


def nothing_happened(installation: Installation) -> None:
    """From now on Mixpanel names the events as before and says of every day that it had none."""
    rows = [line.rsplit(",", 2) for line in cast_csv().splitlines()[1:]]
    empty = csv_world(
        "\n".join(["pair_id,date,events,sends", *(f"{begin},0,0" for begin, _, _ in rows)]), "Europe/Berlin"
    )
    now = installation.sandbox.now
    installation.sandbox.serve(replace(empty, now=now))


@pytest.mark.slow("faults")
@pytest.mark.parametrize("source", SOURCES)
def test_counts_are_not_overwritten_by_an_answer_without_any_event(install: Install, source: str) -> None:
    installation = install(MIXPANEL_COUNT_SOURCE=source)
    assert installation.collect().exit_code() == 0
    before = installation.rows(COUNTS, LAST_DAY)
    assert sum(row[2] for row in before) > 0
    nothing_happened(installation)
    installation.next_day()
    report = installation.collect()
    assert installation.outcomes(report)["mixpanel_events"] == "failed"
    assert installation.rows(COUNTS, LAST_DAY) == before
    assert installation.rows(STATES, LAST_DAY) == [("not_collected",)], "the new day is not known, and not zero"
    told = installation.value(
        "SELECT error FROM collection WHERE run_id = ? AND source = 'mixpanel_events'", report.run_id
    )
    assert "not believed" in told
    installation.sandbox.serve(replace(cast_world(), now=installation.sandbox.now))
    assert installation.collect().exit_code() == 0
    assert installation.rows(COUNTS, LAST_DAY) == before


@pytest.mark.slow("faults")
@pytest.mark.parametrize("source", SOURCES)
def test_a_new_day_without_any_event_is_zero(install: Install, source: str) -> None:
    installation = install(MIXPANEL_COUNT_SOURCE=source)
    assert installation.collect().exit_code() == 0
    installation.next_day()
    assert installation.collect().exit_code() == 0
    quiet = installation.rows("SELECT events, state FROM event_day WHERE day > ?", LAST_DAY)
    assert quiet == [(0, "observed")] * len(CAST)


@pytest.mark.slow("faults")
def test_a_list_without_one_known_campaign_deletes_none(installation: Installation) -> None:
    assert installation.collect().exit_code() == 0
    world = installation.sandbox.world
    installation.sandbox.serve(replace(world, campaigns={}))
    installation.next_day()
    report = installation.collect()
    assert installation.outcomes(report)["customerio_campaigns"] == "failed"
    assert installation.value("SELECT count(*) FROM campaign WHERE gone_at IS NOT NULL") == 0
    assert installation.rows("SELECT DISTINCT state FROM campaign_day WHERE day > ?", LAST_DAY) == [("not_collected",)]
    kept = dict(list(world.campaigns.items())[:1])
    installation.sandbox.serve(replace(world, campaigns=kept, now=installation.sandbox.now))
    installation.collect()
    assert installation.value("SELECT count(*) FROM campaign WHERE gone_at IS NULL") == 1, "one by one they may go"
