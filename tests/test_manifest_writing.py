"""Edits keep comments, patches apply, and what is written is read back the same."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.manifest.handovers import handovers
from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.manifest.schema import CampaignEntry, CodeSettings, EventEntry, Manifest, PropertyEntry, Rename
from campaign_health.manifest.writing import ManifestEditError, rename_event, rename_patch, write_manifest

TEXT = """\
version: 1
# The events of our product.
events:
  project.created:   # from the backend
    properties: {name: {type: string}}
  "page viewed": {}

campaigns:
  - name: Project tips
    event: "project.created"  # since 2024
  - {name: Other, event: page viewed}
"""
SINCE = date(2026, 12, 1)


def edit(text: str) -> str:
    return rename_event(text, old="project.created", new="project_created", since=SINCE, owner="@platform-team")


TAILS = ["", "renames: []\n", "renames:\n", "renames: null   # none yet\n",
         "renames:\n  - {from: a, to: b}   # older\n\n# the end\ncode: {}\n",
         "renames:\n- from: a\n  to: b\n# the end", "renames: [{from: a, to: b}]  # older\n",
         "renames:   # reviewed\n    - from: a\n      to: b\n"]  # fmt: skip


@pytest.mark.parametrize("tail", TAILS)
def test_a_rename_is_written_wherever_it_belongs(tail: str) -> None:
    before = parse_manifest(TEXT + tail).manifest
    after = parse_manifest(edit(TEXT + tail)).manifest
    assert list(after.events) == ["project_created", "page viewed"]
    assert [campaign.event for campaign in after.campaigns] == ["project_created", "page viewed"]
    assert after.renames == (
        *before.renames, Rename(old="project.created", new="project_created", since=SINCE, owner="@platform-team"),
    )  # fmt: skip
    assert after.model_copy(update={"renames": (), "events": {}, "campaigns": ()}) == before.model_copy(
        update={"renames": (), "events": {}, "campaigns": ()}
    )


@pytest.mark.parametrize("tail", TAILS)
def test_every_comment_survives(tail: str) -> None:
    text = TEXT + tail
    comments = [line.split("#", 1)[1] for line in text.splitlines() if "#" in line]
    after = edit(text)
    assert all(comment in after for comment in comments)


@pytest.mark.parametrize("tail", TAILS)
def test_the_patch_applies(tail: str, tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "manifest.yaml").write_text(TEXT + tail)
    patch = rename_patch(
        TEXT + tail, old="project.created", new="project_created", since=SINCE, owner="@platform-team",
        file="config/manifest.yaml",
    )  # fmt: skip
    done = subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / "manifest.yaml").read_text() == edit(TEXT + tail)


def test_names_that_need_quotes_get_them() -> None:
    after = rename_event(TEXT, old="project.created", new="Projekt: „neu“ #1", since=SINCE)
    assert "Projekt: „neu“ #1" in parse_manifest(after).manifest.events


def test_a_second_rename_of_a_name_is_refused() -> None:
    with pytest.raises(ManifestEditError, match="already renames"):
        edit(edit(TEXT))


def test_handovers_lead_to_the_newest_name_for_two_weeks() -> None:
    manifest = parse_manifest(
        "version: 1\nrenames:\n  - {from: ' a ', to: b, since: 2026-12-01, owner: '@x'}\n  - {from: b, to: c}\n"
    ).manifest
    first, second = handovers(manifest)
    assert (first.old, first.new, first.owner, first.until) == ("a", "c", "@x", date(2026, 12, 15))
    assert not first.expects_drift_on(date(2026, 11, 30))
    assert first.expects_drift_on(date(2026, 12, 1))
    assert first.expects_drift_on(date(2026, 12, 15))
    assert not first.expects_drift_on(date(2026, 12, 16))
    assert (second.new, second.until) == ("c", None)
    assert second.expects_drift_on(date(2030, 1, 1))


NAMES = st.one_of(
    st.sampled_from(
        ["yes", "null", "1", "1.5", "2026-12-01", "- a", "a: b", "#x", "'", '"', "@team", "~", "trial started", "é"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
        lambda text: text.strip() != ""
    ),
)
PROPERTIES = st.dictionaries(
    NAMES,
    st.builds(
        PropertyEntry,
        type=st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null", None]),
        required=st.booleans(),
    ),
    max_size=3,
)
MANIFESTS = st.builds(
    Manifest,
    version=st.just(1),
    events=st.dictionaries(
        NAMES, st.builds(EventEntry, properties=PROPERTIES, sent_from=st.sampled_from([None, "elsewhere"])), max_size=3
    ),
    campaigns=st.lists(
        st.builds(
            CampaignEntry,
            name=NAMES,
            event=NAMES,
            id=st.one_of(st.none(), st.integers(1, 10**12)),
            state=st.sampled_from([None, "running", "stopped"]),
            owner=st.one_of(st.none(), NAMES),
            uses=st.lists(NAMES, max_size=2),
            deal_value=st.one_of(st.none(), st.floats(0, 1e9)),
            conversion_rate=st.one_of(st.none(), st.floats(0, 1)),
        ),
        max_size=3,
    ),
    renames=st.lists(
        st.builds(
            lambda old, since: Rename(old=old, new=old + "_new", since=since), NAMES, st.one_of(st.none(), st.dates())
        ),
        max_size=2,
        unique_by=lambda rename: rename.old.strip(),
    ).filter(lambda renames: not {r.old.strip() for r in renames} & {r.new.strip() for r in renames}),
    code=st.builds(CodeSettings, prefix=st.sampled_from(["", "app."]), calls=st.lists(NAMES, max_size=2)),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(MANIFESTS)
def test_what_is_written_is_read_back_the_same(manifest: Manifest) -> None:
    assert parse_manifest(write_manifest(manifest)).manifest == manifest
