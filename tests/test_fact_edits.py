"""Owner, money and timing are written into a manifest where they belong, and nothing else changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from campaign_health.manifest.fact_edits import Fact, FactEdit, edit_facts, facts_patch
from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.manifest.template import TEMPLATE
from campaign_health.manifest.writing import ManifestEditError

TEXT = """\
version: 1
events: {signed_up: {}, paid: {}}
campaigns:
  - name: Welcome       # the first one
    event: signed_up
    owner: "@old"       # since May
    deal_value: 5
  - {id: 7, event: paid, owner: "@pay"}
renames: []
"""


def edit(number: int, name: str, event: str | None = "paid", **facts: Fact) -> FactEdit:
    return FactEdit(number, name, event, facts)


def test_a_value_is_replaced_in_its_place_and_its_comment_stays() -> None:
    after = edit_facts(TEXT, [edit(1, "Welcome", owner="@new", deal_value=1200.5)])
    assert after == TEXT.replace('"@old"', '"@new"').replace("deal_value: 5", "deal_value: 1200.5")


def test_what_was_not_there_is_added_below_the_event_and_inside_braces() -> None:
    after = edit_facts(
        TEXT, [edit(1, "Welcome", conversion_rate=0.1, timing="within 5 minutes"), edit(7, "Receipt", deal_value=9.0)]
    )
    assert "    event: signed_up\n    conversion_rate: 0.1\n    timing: within 5 minutes\n    owner:" in after
    assert '  - {id: 7, event: paid, owner: "@pay", deal_value: 9}\n' in after


def test_what_is_taken_away_takes_its_line_with_it() -> None:
    assert "@old" not in edit_facts(TEXT, [edit(1, "Welcome", owner=None)])
    assert "owner: null" in edit_facts(TEXT, [edit(7, "Receipt", owner=None)])


@pytest.mark.parametrize("campaigns", ["", "campaigns:\n", "campaigns: []\n", "campaigns: null\n", TEXT[51:]])
def test_a_campaign_that_is_not_there_gets_an_entry(campaigns: str) -> None:
    text = f"version: 1\nevents: {{signed_up: {{}}, paid: {{}}}}\n{campaigns}" if campaigns != TEXT[51:] else TEXT
    wanted = [edit(9, "Odd: name", owner="yes", timing="daily"), edit(10, "Two", deal_value=3.0)]
    after = parse_manifest(edit_facts(text, wanted), "manifest.yaml").manifest
    last = [(one.id, one.name, one.event, one.owner, one.deal_value, one.timing) for one in after.campaigns[-2:]]
    assert last == [(9, "Odd: name", "paid", "yes", None, "daily"), (10, "Two", "paid", None, 3.0, None)]


def test_a_campaign_without_an_event_cannot_be_added_and_is_said_so() -> None:
    with pytest.raises(ManifestEditError, match="hangs on no event"):
        edit_facts(TEXT, [edit(9, "By segment", None, owner="@a")])


def test_the_patch_is_taken_by_git_and_says_nothing_where_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(TEMPLATE)
    wanted = [edit(3, "Team expansion", deal_value=99.0), edit(44, "New one", owner="@x")]
    (tmp_path / "facts.patch").write_text(facts_patch(TEMPLATE, wanted))
    subprocess.run(["git", "apply", "facts.patch"], cwd=tmp_path, check=True)
    assert (tmp_path / "manifest.yaml").read_text() == edit_facts(TEMPLATE, wanted)
    assert facts_patch(edit_facts(TEMPLATE, wanted), wanted) == ""


def test_an_alias_that_two_campaigns_share_is_not_changed_for_both() -> None:
    text = TEXT.replace('owner: "@old"', 'owner: &team "@old"').replace('owner: "@pay"', "owner: *team")
    with pytest.raises(ManifestEditError, match="by itself"):
        edit_facts(text, [edit(7, "Receipt", owner="@new"), edit(1, "Welcome", owner="@old")])
