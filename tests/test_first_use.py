"""The guide's "Five minutes" are commands that work, in a repository that knows nothing of the product."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.benchmarks.first_use import blocks, first_use
from tests.installed_cast import ROOT


@pytest.mark.slow("programs started whole")
def test_the_guide_s_commands_lead_from_nothing_to_a_gate_that_stops_a_rename(tmp_path: Path) -> None:
    used = first_use(tmp_path)
    assert [step.exit_code for step in used.steps[:-1]] == [0] * (len(used.steps) - 1), used.steps
    assert "2 events in 2 calls" in used.steps[0].said
    assert "trackEvent" in used.steps[0].said
    assert used.steps[-1].exit_code == 1
    assert "trial_begun" in used.steps[-1].said
    assert "Welcome series" in used.steps[-1].said
    assert used.campaign_lines + used.workflow_lines < 20


def test_the_guide_s_workflow_gives_the_action_only_inputs_that_it_has() -> None:
    yaml = YAML(typ="safe", pure=True)
    workflow = yaml.load(blocks("yaml")[1])
    inputs = yaml.load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    [checkout, gate] = workflow["jobs"]["check"]["steps"]
    assert checkout["with"] == {"fetch-depth": 0}
    assert gate.get("with", {}).keys() <= inputs.keys()
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert inputs["manifest"]["default"] == "manifest.yaml"
