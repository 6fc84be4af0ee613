"""What people say of renames has the last word."""

from __future__ import annotations

from datetime import date

from campaign_health.detection.rename.rename import DeclaredRename, RenameDecisions
from campaign_health.detection.rename.renames import find_renames
from tests.renames_cast import background, handed_over, panel, series


def test_refused_pairs_never_come_back_and_confirmed_ones_stay() -> None:
    events = handed_over(90)
    pair = ("project.created", "project_created")
    assert find_renames(events, decisions=RenameDecisions(refused={pair})) == []
    (rename,) = find_renames(events, decisions=RenameDecisions(confirmed={pair}))
    assert rename.confirmed
    assert rename.confidence == 1.0


def test_a_declared_rename_is_listed_before_anything_happens() -> None:
    events = panel({"project.created": series(140, 1)} | background())
    declared = DeclaredRename("project.created", "project_created", date(2026, 12, 1), "@platform-team")
    (rename,) = find_renames(events, declared=[declared])
    assert rename.declared
    assert not rename.started
    assert rename.first_day == date(2026, 12, 1)
    assert rename.owner == "@platform-team"


def test_a_declared_rename_that_happened_carries_its_numbers() -> None:
    declared = DeclaredRename("project.created", "project_created", None, None)
    (rename,) = find_renames(handed_over(90), declared=[declared])
    assert rename.started
    assert rename.complete
    assert rename.volume_handed_over > 0.85


def test_a_declared_rename_with_both_names_alive_has_handed_over_nothing_yet() -> None:
    after = series(140, 2)
    after[:92] = 0
    events = panel({"project.created": series(140, 1), "project_created": after} | background())
    (rename,) = find_renames(events, declared=[DeclaredRename("project.created", "project_created")])
    assert rename.started
    assert not rename.complete
    assert rename.moved_share < 0.15
    assert 0.8 < rename.volume_handed_over < 1.3
