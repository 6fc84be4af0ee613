"""Annotations for GitLab: a Code Quality report, which it shows on the lines of a merge request."""

from __future__ import annotations

import hashlib
import json

from campaign_health.check.event_standing import EventStanding
from campaign_health.check.findings import CheckResult, Finding
from campaign_health.check.reports.plain import plain

_SEVERITIES = {"violation": "critical", "note": "info"}


def render(result: CheckResult) -> str:
    """A JSON list of issues; failed look-ups are issues of the manifest, so that none is lost."""
    issues = [_issue(finding) for finding in result.findings]
    issues += [
        {
            "description": f"Could not check: {failure.message} {failure.cure}".strip(),
            "check_name": "campaign-health/could_not_check",
            "fingerprint": _fingerprint("could_not_check", failure.message),
            "severity": "blocker",
            "location": {"path": "manifest.yaml", "lines": {"begin": 1}},
        }
        for failure in result.failures
    ]
    told = {finding.event for finding in result.findings} | set(result.coverage.seen)
    issues += [_unseen(standing) for standing in result.coverage.standings if standing.event not in told]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _issue(finding: Finding) -> dict[str, object]:
    file, line = finding.place()
    return {
        "description": plain(finding.message),
        "check_name": f"campaign-health/{finding.rule}",
        # Without the line, so that an issue that only moves stays the same one.
        "fingerprint": _fingerprint(finding.rule, finding.event, finding.property, finding.new_name, file),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": file or "manifest.yaml", "lines": {"begin": line or 1}},
    }


def _unseen(standing: EventStanding) -> dict[str, object]:
    """A trigger event that the code does not hold, where it stands instead; said nowhere else in this format."""
    path, _, line = standing.places[0].rpartition(":") if standing.places else ("manifest.yaml", "", "1")
    return {
        "description": f"{plain(f'`{standing.event}`')} is not seen in this code: {plain(standing.said())}.",
        "check_name": "campaign-health/not_seen",
        "fingerprint": _fingerprint("not_seen", standing.event),
        "severity": "info",
        "location": {"path": path or "manifest.yaml", "lines": {"begin": int(line or 1)}},
    }


def _fingerprint(*parts: str | None) -> str:
    return hashlib.sha256("\0".join(part or "" for part in parts).encode("utf-8", "replace")).hexdigest()
