"""The README's own commands lead from an empty folder to a first verdict on one's own campaigns."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.benchmarks.first_run import first_run, guide, own_commands, seconds_to_verdict, stand_in_services
from tests.collecting_cast import cast_csv
from tests.installed_cast import ROOT

COMMANDS = [
    "campaign-health doctor",
    "campaign-health collect",
    "campaign-health init",
    "campaign-health check",
    "campaign-health judge && campaign-health status",
    "campaign-health up",
]


def test_the_guide_collects_before_it_writes_a_manifest_and_names_every_key() -> None:
    lines = guide()
    assert own_commands(lines) == COMMANDS
    keys = " ".join(line for line in lines if line.startswith("export "))
    for name in (
        "MIXPANEL_PROJECT_ID",
        "MIXPANEL_SERVICE_ACCOUNT",
        "MIXPANEL_SERVICE_SECRET",
        "CUSTOMERIO_APP_API_KEY",
    ):
        assert name in keys


@pytest.mark.slow("programs started whole")
def test_the_guide_s_commands_lead_from_an_empty_folder_to_a_verdict(tmp_path: Path) -> None:
    commands, own = tmp_path / "bin", tmp_path / "own"
    commands.mkdir()
    own.mkdir()
    program = commands / "campaign-health"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m campaign_health "$@"\n')
    program.chmod(0o755)
    (tmp_path / "world.csv").write_text(cast_csv(days=40))
    with stand_in_services(commands, tmp_path, "--world", str(tmp_path / "world.csv"), "--no-limits") as keys:
        steps = first_run(commands, own, {**keys, "CAMPAIGN_HEALTH_NOW": "2026-12-11T09:00:00+00:00"}, COMMANDS)
    assert [step.exit_code for step in steps] == [0] * len(steps), steps
    doctor, collect, init, check, judged, _ = steps
    assert "Setting up: 1 of 7 done" in doctor.said
    assert "`campaign-health init` writes a manifest of what is there" in collect.said
    assert "3 campaigns and 3 events, from what was collected" in init.said
    assert "The manifest holds." in check.said
    assert "3 campaigns judged" in judged.said
    assert seconds_to_verdict(steps) == sum(step.seconds for step in steps[:5])
