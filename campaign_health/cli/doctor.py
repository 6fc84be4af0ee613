"""`campaign-health doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import click

from campaign_health.cli.terminal.console import notes, print_json, results
from campaign_health.doctor import Finding, examine
from campaign_health.process.clock import read_clock
from campaign_health.settings import Settings, load_settings
from campaign_health.state.setup_checklist import Checklist
from campaign_health.state.setup_reads import read_checklist

SIGNS = {"fine": ("✓ fine ", "green"), "note": ("! note ", "yellow"), "wrong": ("✗ wrong", "red")}


@click.command(name="doctor")
@click.option("--json", "as_json", is_flag=True, help="Write the findings as JSON.")
def command(as_json: bool) -> None:
    """Check keys, scopes, regions, plan, time zone, clock, disk, files, manifest, Slack and the route.

    One line for each: how it is and, where something is wrong, how to mend it. Then the checklist of what is left to
    set up, as on the overview. Nothing is changed, and nothing is sent to Slack. A few requests are made to each
    service.

    Exit code: 0 nothing is wrong; 1 something is; 2 the settings cannot be read.
    """
    settings = load_settings(os.environ, Path.cwd())
    several = len(settings.workspaces) > 1
    findings: list[Finding] = []
    now = read_clock(os.environ)
    with notes.status("Looking …"):
        for finding in chain(examine(settings, os.environ, Path.cwd(), now), _of_route(settings, now)):
            findings.append(finding)
            if not as_json:
                _print(finding, several)
    lists = {one.name: read_checklist(settings, one.name, now) for one in settings.workspaces}
    if as_json:
        told = {name: [asdict(point) for point in found.points] for name, found in lists.items()}
        print_json({"findings": [asdict(finding) for finding in findings], "checklist": told})
    else:
        for name, found in lists.items():
            _print_checklist(f"{name}: " if several else "", found)
    sys.exit(1 if any(finding.level == "wrong" for finding in findings) else 0)


def _print_checklist(where: str, found: Checklist) -> None:
    results.print()
    results.print(f"{where}{found.heading}", style="bold", markup=False)
    for point in found.points:
        sign = "✓" if point.is_done else "✗" if point.is_needed else "○"
        results.print(f"{sign} {point.said}", markup=False)


def _of_route(settings: Settings, now: datetime) -> Iterable[Finding]:
    """The route can be taken out of the product: then nothing is found of it."""
    if find_spec("campaign_health.route") is None:
        return ()
    found: Iterable[Finding] = import_module("campaign_health.route.examining.route_examination").examine_route(
        settings, now
    )
    return found


def _print(finding: Finding, several: bool) -> None:
    sign, colour = SIGNS[finding.level]
    where = f"{finding.workspace}: " if several and finding.workspace else ""
    results.print(sign, style=colour, end=" ")
    results.print(f"{where}{finding.subject}: {finding.text} {finding.cure}".rstrip(), markup=False)
