"""`init` run a second time keeps what an operator wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.cli.init import command
from campaign_health.errors import CouldNotStart


def _init(folder: Path, *arguments: str) -> str:
    given = ["--manifest", str(folder / "manifest.yaml"), *arguments]
    return CliRunner().invoke(command, given, catch_exceptions=False, standalone_mode=False).output


def test_force_never_overwrites_the_settings(tmp_path: Path) -> None:
    _init(tmp_path)
    (tmp_path / "campaign-health.toml").write_text('MIXPANEL_REGION = "eu"\n')
    assert "kept " in _init(tmp_path, "--force")
    assert (tmp_path / "campaign-health.toml").read_text() == 'MIXPANEL_REGION = "eu"\n'


def test_an_untouched_example_is_replaced_and_an_edited_one_is_kept(tmp_path: Path) -> None:
    _init(tmp_path)
    _init(tmp_path)
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(manifest.read_text() + "# ours\n")
    with pytest.raises(CouldNotStart):
        _init(tmp_path)
    assert manifest.read_text().endswith("# ours\n")
