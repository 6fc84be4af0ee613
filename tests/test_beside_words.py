"""What is watched and how is said with its numbers; what was never collected is not said to be none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.manifest.problems import ManifestError
from campaign_health.state.beside_campaigns import BesideCampaigns, TriggeredState, coverage_text

NONE_LACKING: tuple[str, ...] = ()


def triggered(kind: str, status: str) -> TriggeredState:
    return TriggeredState("default", kind, 1, "Reset", status)


def test_each_way_of_watching_is_counted_by_itself() -> None:
    known = (
        triggered("transactional", "healthy"),
        triggered("transactional", "charted"),
        triggered("broadcast", "charted"),
    )
    assert coverage_text([(17, 1)], [BesideCampaigns(known, lacking=NONE_LACKING)]) == (
        "Watched: 17 campaigns by their events, 1 campaign by its journeys only and 1 transactional message by "
        "the event that the manifest names. Charted by sends, not judged: 1 broadcast and 1 transactional message."
    )


def test_what_was_never_collected_is_said_and_is_not_none() -> None:
    assert coverage_text([(1, 0)], [BesideCampaigns()]) == (
        "Watched: 1 campaign by its event. Not collected yet: broadcasts, transactional messages and newsletters."
    )
    assert coverage_text([(0, 0)], [BesideCampaigns(lacking=NONE_LACKING)]) == "Nothing is watched yet."


def test_a_break_is_told_with_its_first_day_and_numbers() -> None:
    broken = TriggeredState(
        "default", "transactional", 2, "Reset", "silent", "password_reset", None, date(2026, 11, 20),
        date(2026, 11, 23), 118.4, 0, 52.0, 71.0,
    )  # fmt: skip
    assert broken.sentence == (
        "Silent since Fri 20 Nov: 0 sends for about 118 events named password_reset on Mon 23 Nov; "
        "52 to 71 were expected."
    )
    assert triggered("broadcast", "charted").sentence == ""


@pytest.mark.parametrize("entry", ["{event: a}", "{event: a, broadcast: b, transactional: c}", "{broadcast: b}"])
def test_an_entry_names_one_of_both_and_its_event(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(f"version: 1\ntriggered:\n  - {entry}\n", encoding="utf-8")
    with pytest.raises(ManifestError, match=r"triggered|broadcast|event"):
        read_manifest(path)


def test_an_entry_is_found_by_its_name_or_its_id_and_only_of_its_kind(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(
        "version: 1\ntriggered: [{transactional: ' Reset ', event: a}, {broadcast: 7, event: b}]\n", "utf-8"
    )
    by_name, by_id = read_manifest(path).triggered
    assert by_name.means("transactional", 3, "Reset")
    assert not by_name.means("broadcast", 3, "Reset")
    assert by_id.means("broadcast", 7, "Anything")
    assert not by_id.means("transactional", 7, "Anything")
