"""The result as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from campaign_health.check.findings import RULES, CheckResult, Finding
from campaign_health.check.reports.markdown_escaping import inline
from campaign_health.check.reports.plain import plain
from campaign_health.check.rule_help import help_of
from campaign_health.process.version import own_version

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"violation": "error", "note": "note"}


def render(result: CheckResult) -> str:
    """One run; results point to the head and relate to where the name stood at the base."""
    rules = sorted({finding.rule for finding in result.findings})
    run = {
        "tool": {
            "driver": {
                "name": "campaign-health check",
                "version": own_version(),
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "originalUriBaseIds": {"ROOT": {"description": {"text": "The repository's root."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not result.failures,
                "exitCode": result.exit_code,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": f"{failure.message} {failure.cure}".strip()}}
                    for failure in result.failures
                ],
            }
        ],
        "results": [_result(finding, rules.index(finding.rule)) for finding in result.findings],
        "properties": {"coverage": result.coverage.as_dict(), "outcome": result.outcome},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: str) -> dict[str, Any]:
    advice = help_of(rule)
    return {
        "id": rule,
        "name": "".join(word.capitalize() for word in rule.split("_")),
        "shortDescription": {"text": RULES[rule]},
        "fullDescription": {"text": f"{RULES[rule]} {plain(advice)}"},
        "help": {"text": plain(advice), "markdown": inline(advice)},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    file, line = finding.place()
    found: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": plain(finding.message), "markdown": inline(finding.message)},
        "partialFingerprints": {
            "finding/v1": _fingerprint(finding.rule, finding.event, finding.property, finding.new_name, file)
        },
        "properties": {"event": finding.event, "campaigns": list(finding.campaigns), "newName": finding.new_name},
    }
    if finding.waived_until:
        found["suppressions"] = [{"kind": "external", "justification": f"Waived until {finding.waived_until}."}]
    if file:
        found["locations"] = [_location(file, line)]
    if finding.file and (finding.file, finding.line) != (file, line):
        found["relatedLocations"] = [{**_location(finding.file, finding.line), "message": {"text": "At the base."}}]
    return found


def _location(file: str, line: int | None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(file), "uriBaseId": "ROOT"}}
    if line:
        place["region"] = {"startLine": line}
    return {"physicalLocation": place}


def _fingerprint(*parts: str | None) -> str:
    return hashlib.sha256("\0".join(part or "" for part in parts).encode("utf-8", "replace")).hexdigest()
