"""The examples in the README and the guides are good ones."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign_health.check.run_check import CheckRequest, run_check
from campaign_health.demo.world.stories import demo_manifest
from campaign_health.manifest.manifest_reading import parse_manifest

ROOT = Path(__file__).resolve().parents[1]


def manifest_of(page: str) -> str:
    """The first manifest that a page shows."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    return next(block for block in blocks if "campaigns:" in block)


@pytest.mark.parametrize("page", ["README.md", "docs/manifest.md"])
def test_the_manifest_that_is_shown_passes_the_products_own_check(page: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(manifest_of(page), encoding="utf-8")
    result = run_check(CheckRequest(tmp_path / "manifest.yaml", datetime.now(UTC)))
    assert (result.outcome, result.findings, result.failures) == ("holds", [], [])


def test_the_manifest_in_the_readme_is_a_part_of_the_demos() -> None:
    shown, demo = parse_manifest(manifest_of("README.md")).manifest, parse_manifest(demo_manifest()).manifest
    (campaign,) = shown.campaigns
    (same,) = [one for one in demo.campaigns if one.name == campaign.name]
    values = ("event", "owner", "deal_value", "conversion_rate")
    assert [getattr(campaign, name) for name in values] == [getattr(same, name) for name in values]
    for event, entry in shown.events.items():
        assert entry.properties.items() <= demo.events[event].properties.items()
