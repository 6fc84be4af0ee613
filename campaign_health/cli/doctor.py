"""`campaign-health doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from campaign_health.cli.terminal.console import notes, print_json, results
from campaign_health.doctor import Finding, examine
from campaign_health.process.clock import read_clock
from campaign_health.settings import load_settings

SIGNS = {"fine": ("✓ fine ", "green"), "note": ("! note ", "yellow"), "wrong": ("✗ wrong", "red")}


@click.command(name="doctor")
@click.option("--json", "as_json", is_flag=True, help="Write the findings as JSON.")
def command(as_json: bool) -> None:
    """Check keys, scopes, regions, plan, time zone, clock, disk, files, manifest and Slack.

    One line for each: how it is and, where something is wrong, how to mend it. Nothing is changed, and nothing is
    sent to Slack. A few requests are made to each service.

    Exit code: 0 nothing is wrong; 1 something is; 2 the settings cannot be read.
    """
    settings = load_settings(os.environ, Path.cwd())
    several = len(settings.workspaces) > 1
    findings: list[Finding] = []
    with notes.status("Looking …"):
        for finding in examine(settings, os.environ, Path.cwd(), read_clock(os.environ)):
            findings.append(finding)
            if not as_json:
                _print(finding, several)
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    sys.exit(1 if any(finding.level == "wrong" for finding in findings) else 0)


def _print(finding: Finding, several: bool) -> None:
    sign, colour = SIGNS[finding.level]
    where = f"{finding.workspace}: " if several and finding.workspace else ""
    results.print(sign, style=colour, end=" ")
    results.print(f"{where}{finding.subject}: {finding.text} {finding.cure}".rstrip(), markup=False)
