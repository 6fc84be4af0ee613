"""status, digest and dashboard give one answer to one question: on one file, at one instant, whatever is the matter.

Each is asked through its own way in (the command, the digest that would be sent, the page as it is drawn).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st

from storage.file.database import Warehouse, transaction
from tests.agreement_cast import check_agreement
from tests.dashboard_world import NOW, build_dashboard_world

TABLES = ("campaign", "campaign_plan", "campaign_day", "event", "event_day", "verdict", "incident", "source_day",
          "collection", "workspace", "judge_run", "journey_day")  # fmt: skip
# Two campaigns that cost the same, the later one in the alphabet broken first.
TWINS = (
    "UPDATE incident SET missed_sends = 70, revenue_at_risk = NULL, opened_on = DATE '2026-11-20'",
    "UPDATE incident SET opened_on = DATE '2026-11-19' WHERE campaign_id = 4",
    "UPDATE campaign_plan SET deal_value = NULL",
)
MUTED_AND_INTENDED = (
    "UPDATE incident SET muted_by = 'Ada', muted_reason = 'known', muted_until = DATE '2026-11-30' "
    "WHERE campaign_id = 2",
    "UPDATE incident SET expected_by = 'Grace', expected_reason = 'new plan' WHERE campaign_id IN (3, 4)",
)
ALONG_THEIR_LIVES = (
    "UPDATE incident SET acknowledged_by = 'Ada' WHERE campaign_id IN (2, 3)",
    "UPDATE incident SET renamed_by = 'Ada', renamed_from = 'project.created', renamed_to = 'project_created' "
    "WHERE campaign_id = 2",
    "UPDATE incident SET fixed_by = 'Ada', fixed_on = DATE '2026-11-23' WHERE campaign_id = 3",
    "UPDATE incident SET fixed_by = 'Ben', fixed_on = DATE '2026-11-20', fix_failed_on = DATE '2026-11-21' "
    "WHERE campaign_id = 4",
)
MUTE_THAT_ENDED = (
    "UPDATE incident SET muted_by = 'Ada', muted_reason = 'known', muted_until = DATE '2026-11-23' "
    "WHERE campaign_id = 2",
)
TWO_FAILED_RUNS = (
    "UPDATE collection SET outcome = 'failed', error = 'HTTP 503.' "
    "WHERE source = 'customerio_metrics' AND started_at >= TIMESTAMP '2026-11-23'",
)
NOT_CHECKED = (
    "UPDATE verdict SET status = 'not_collected', sent = NULL WHERE campaign_id IN (1, 2, 5) "
    "AND day >= DATE '2026-11-22'",
    "UPDATE campaign_day SET state = 'not_collected', sent = NULL WHERE campaign_id IN (1, 2, 5) "
    "AND day >= DATE '2026-11-22'",
    "UPDATE collection SET outcome = 'partial', error = 'Campaign 5: no numbers.' "
    "WHERE source = 'customerio_metrics' AND started_at >= TIMESTAMP '2026-11-24'",
)
LEXICON_FAILED = (
    "UPDATE collection SET outcome = 'failed', error = 'HTTP 500.' "
    "WHERE source = 'mixpanel_lexicon' AND started_at >= TIMESTAMP '2026-11-24'",
)
ALL_STOOD_STILL = ("UPDATE event_day SET events = 0 WHERE day = DATE '2026-11-23'",)
SECOND_WORKSPACE = (
    *(f"INSERT INTO {name} SELECT * REPLACE ('agency' AS workspace) FROM {name}" for name in TABLES),
    "UPDATE campaign SET name = 'Theirs: ' || name WHERE workspace = 'agency'",
    "UPDATE workspace SET time_zone = 'Pacific/Auckland' WHERE workspace = 'agency'",
    "UPDATE incident SET muted_by = 'Ada', muted_until = DATE '2026-11-24' "
    "WHERE workspace = 'agency' AND campaign_id = 3",
)
LATER = timedelta(days=3)
WORLDS: dict[str, tuple[Sequence[str], datetime]] = {
    "as it is": ((), NOW),
    "campaigns that cost the same": (TWINS, NOW),
    "one muted and two intended": (MUTED_AND_INTENDED, NOW),
    "worked on, a rename confirmed, fixed and fixed in vain": (ALONG_THEIR_LIVES, NOW),
    "a mute that has ended": (MUTE_THAT_ENDED, NOW),
    "two failed runs": (TWO_FAILED_RUNS, NOW),
    "campaigns without numbers, one of them broken": (NOT_CHECKED, NOW),
    "the Lexicon failed": (LEXICON_FAILED, NOW),
    "not one event of the project": (ALL_STOOD_STILL, NOW),
    "stale": (MUTED_AND_INTENDED, NOW + LATER),
    "a clock that is behind": ((), NOW - LATER),
    "two workspaces": (SECOND_WORKSPACE, NOW),
    "two workspaces, muted, failed and stale": (
        (*SECOND_WORKSPACE, *MUTED_AND_INTENDED, *TWO_FAILED_RUNS, *NOT_CHECKED), NOW + LATER,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build_dashboard_world(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    st.cache_data.clear()
    yield tmp_path
    st.cache_data.clear()


# The last has most of what the others have.
QUICK = {
    "as it is",
    "one muted and two intended",
    "worked on, a rename confirmed, fixed and fixed in vain",
    "two failed runs",
    "campaigns without numbers, one of them broken",
    "stale",
    "two workspaces, muted, failed and stale",
}
assert WORLDS.keys() >= QUICK
NAMES = [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow("agreements")) for name in WORLDS]


@pytest.mark.slow("agreements")
@pytest.mark.parametrize("world", NAMES)
def test_status_digest_and_dashboard_say_the_same(
    built: Path, folder: Path, world: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements, now = WORLDS[world]
    shutil.copytree(built, folder / "data")
    with Warehouse(folder / "data").open_and_publish() as connection, transaction(connection):
        for statement in statements:
            connection.execute(statement)
    check_agreement(folder, now, monkeypatch)
