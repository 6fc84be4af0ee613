"""The guide to real time says of the core campaigns what the template says."""

from __future__ import annotations

import re
from pathlib import Path

from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.manifest.template import TEMPLATE

GUIDE = Path(__file__).parents[1] / "docs/real-time.md"


def test_its_table_has_the_events_and_timings_of_the_template(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(TEMPLATE, encoding="utf-8")
    said = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    assert said == {one.event: one.timing for one in read_manifest(manifest).campaigns}
