"""Names in any script, with any sign, come back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.file.database import Warehouse, open_published, transaction
from storage.read.collected import known_events
from storage.records import CampaignFailures, PropertyProfile
from storage.save import save_campaign_metrics, save_campaigns, save_failures, save_property_profiles, save_source_days
from tests.storage_cast import (
    NOW,
    RUN,
    WORKSPACE,
    always_observed,
    campaign,
    charted,
    counts,
    day,
    empty_warehouse,
    message,
    observed,
    save_window,
    sends,
)

NAMES = [
    'it\'s "quoted"; DROP TABLE event_day; --',
    "100 % /path\\back ?",
    "登録完了 → 🎉👩‍👩‍👧",
    "تسجيل الدخول",
    "e\u0301clair",
    "éclair",
    " spaced  out ",
    "line\nbreak\tand tab",
    "$workspace {curly} %s :named",
    "x" * 255,
    "NULL",
    "nul\0inside",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_goes_in_and_comes_out_the_same(tmp_path: Path, name: str) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.path.write_bytes(empty_warehouse())
    with warehouse.open_and_publish() as connection, transaction(connection):
        save_window(connection, [counts(name, {1: 5})], 1, 2)
        followed = campaign(1, name=name, event=name, messages=[message(required=[name])], definition={name: name})
        save_campaigns(connection, WORKSPACE, [followed], NOW)
        save_campaigns(connection, WORKSPACE, [followed], NOW)
        save_campaign_metrics(connection, WORKSPACE, [sends(1, {1: 4})], always_observed, always_observed, NOW)
        save_source_days(connection, "customerio_metrics", observed(1, 2), RUN)
        profile = PropertyProfile(name, day(1), 3, False, {(name, "string"): 1.0})
        save_property_profiles(connection, WORKSPACE, [profile], NOW)
        save_failures(connection, WORKSPACE, [CampaignFailures(1, [name])], NOW)
    with open_published(tmp_path) as connection:
        assert known_events(connection, WORKSPACE) == [name]
        frame = charted(connection, 1)
        assert frame["events"].tolist() == [5, 0]
        assert frame["campaign"].tolist() == [name] * 2
        assert connection.execute("SELECT property FROM event_property WHERE event = ?", [name]).fetchall() == [(name,)]
        assert connection.execute("SELECT required_variables FROM campaign_message").fetchall() == [([name],)]
        assert connection.execute("SELECT failure_message FROM campaign_failure").fetchall() == [(name,)]
        assert connection.execute("SELECT count(*) FROM campaign_version").fetchone() == (1,)


def test_half_a_character_that_no_database_holds_becomes_the_replacement_sign(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.open() as connection, transaction(connection):
        save_window(connection, [counts("half \ud83d", {1: 5})], 1, 1)
        save_campaigns(connection, WORKSPACE, [campaign(1, name="half \ud83d", event="half \ud83d")], NOW)
        assert known_events(connection, WORKSPACE) == ["half \ufffd"]
        assert charted(connection, 1)["events"].tolist() == [5]
