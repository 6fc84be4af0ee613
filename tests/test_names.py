"""How alike two names are: one measure, asked by the monitor and by the gate."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from campaign_health.check.likely_rename import SIMILAR, is_likely_rename
from campaign_health.check.run_check import CheckRequest, run_check
from campaign_health.detection.event.event_panel import EventPanel
from campaign_health.detection.rename.rename import DeclaredRename
from campaign_health.detection.rename.renames import find_renames
from campaign_health.detection.rename.rough_likeness import RoughLikeness
from campaign_health.names.family import NameFamily
from campaign_health.names.likeness import name_likeness, nearest_names
from campaign_health.names.words_of_name import letters_of, words_of
from tests.check_corpus import NOW, build_repository

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("payment_failed", "payment_succeeded", 0.42229729729729726),
        ("checkout_started", "begin_checkout", 1.0),
        ("trial_started", "trial_ended", 0.3333333333333333),
        ("project.created", "ProjectCreated-v2", 0.9501187648456058),
        ("signup", "registration_completed", 0.7987220447284346),
        ("ios_opened", "web_opened", 0.45454545454545453),
        ("usage_cap_hit", "paywall_limit_reached", 0.3333333333333333),
        ("試用開始", "試用開始済", 0.85),
        ("task_viewed", "invoice_paid", 0.0),
    ],
)
def test_likeness_is_what_was_always_published_as_evidence(one: str, other: str, likeness: float) -> None:
    assert name_likeness(one, other) == name_likeness(other, one) == likeness


def renamed_in_code(tmp_path: Path, old: str, new: str) -> tuple[str, str | None]:
    """What the gate says where the call of one event was deleted and another event's written in another file."""
    manifest = f"version: 1\nevents: {{{old}: {{}}}}\ncampaigns: [{{name: Offer, event: {old}, state: running}}]\n"
    before = {"manifest.yaml": manifest.encode(), "a.js": f"go();\ntrack('{old}');\nend();\n".encode()}
    folder = build_repository(tmp_path, before, {"a.js": b"go();\nend();\n", "b.js": f"track('{new}');\n".encode()})
    result = run_check(CheckRequest(folder / "manifest.yaml", NOW, folder, "main"))
    (finding,) = (finding for finding in result.findings if finding.event == old)
    return finding.rule, finding.new_name


def evidence(old: str, new: str) -> float:
    """The likeness that the monitor publishes with a rename."""
    panel = EventPanel((old,), date(2026, 8, 3), np.full((1, 60), 40.0))
    (rename,) = find_renames(panel, declared=[DeclaredRename(old, new)])
    return rename.name_likeness


def test_an_event_of_the_opposite_meaning_is_its_new_name_to_neither(tmp_path: Path) -> None:
    pair = ("payment_failed", "payment_succeeded")
    assert evidence(*pair) == name_likeness(*pair) < SIMILAR - 0.1
    assert not is_likely_rename(*pair)
    assert renamed_in_code(tmp_path, *pair) == ("event_removed", None)


def test_the_same_said_in_other_words_is_its_new_name_to_both(tmp_path: Path) -> None:
    pair = ("checkout_started", "begin_checkout")
    assert evidence(*pair) == name_likeness(*pair) == 1.0
    assert is_likely_rename(*pair)
    assert renamed_in_code(tmp_path, *pair) == ("event_renamed", "begin_checkout")


def test_nothing_heavy_stands_behind_names() -> None:
    code = (
        "import sys, pkgutil, campaign_health.names as names;"
        "[__import__(found.name) for found in pkgutil.walk_packages(names.__path__, 'campaign_health.names.')];"
        "print(sorted({'numpy', 'scipy', 'pandas', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_word_of_many_names_says_less_in_their_family() -> None:
    family = NameFamily([*(f"task_{verb}" for verb in ("zip", "pin", "tag", "rank", "vote")), "cargo_zip"])
    shares_the_rare_word, shares_the_common_word = family.likeness(0, 5), family.likeness(0, 1)
    assert family.weight("zip") > family.weight("task")
    assert shares_the_rare_word > shares_the_common_word


def test_rough_likeness_is_the_weight_of_shared_words_over_all_of_both() -> None:
    names = ["project_created", "Project Created", "project.viewed", "task_created_v2", "signup", "", "$$", "a_a_b"]
    family = NameFamily(names)
    found = RoughLikeness(family).to_all(np.arange(len(names)))

    def weight(words: set[str]) -> float:
        return sum(family.weight(word) for word in words)

    for row, one in enumerate(names):
        for column, other in enumerate(names):
            mine, theirs = set(words_of(one)), set(words_of(other))
            expected = 2 * weight(mine & theirs) / max(weight(mine) + weight(theirs), 1e-9)
            alike = 1.0 if letters_of(one) == letters_of(other) else expected
            assert found[row, column] == pytest.approx(alike, abs=1e-12)


def test_pairs_are_rough_enough_by_the_same_numbers_however_many_there_are() -> None:
    names = [f"{thing}_{act}" for thing in ("task", "page", "cart") for act in range(200)]
    rough = RoughLikeness(NameFamily(names))
    rows, others = np.divmod(np.arange(len(names) ** 2), len(names))
    likeness = np.concatenate([rough.to_all(rows[:1] + row) for row in range(len(names))])
    assert np.array_equal(rough.at_least(0.45, rows, others), likeness.ravel() >= 0.45)


def test_the_nearest_names_come_best_first_and_without_the_name_itself() -> None:
    known = ["trial_started", "trial_start", "begin_trial_v2", "page_viewed", "trial_ended"]
    assert [name for name, _ in nearest_names("trial_started", known)] == ["trial_start", "begin_trial_v2"]
    assert nearest_names("trial_started", known, limit=1) == [("trial_start", 1.0)]


@pytest.mark.parametrize(
    ("named", "cure"),
    [
        ("trial_strated", " Did you mean `trial_started`?"),
        ("begin_trial", " Did you mean `trial_started`?"),
        ("trial_ended", " Add it to `events:`, or name another."),
    ],
)
def test_a_campaign_on_an_event_the_manifest_lacks_is_told_the_nearest(tmp_path: Path, named: str, cure: str) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(f"version: 1\nevents: {{trial_started: {{}}}}\ncampaigns: [{{name: Offer, event: {named}}}]\n")
    (finding,) = run_check(CheckRequest(path, NOW)).findings
    assert finding.message.endswith(cure)
