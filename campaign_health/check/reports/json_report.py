"""The result as JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict

from campaign_health.check.findings import CheckResult


def render(result: CheckResult) -> str:
    """An object with `outcome`, `coverage`, `findings` and `failures`."""
    data = {
        "outcome": result.outcome,
        "exit_code": result.exit_code,
        "coverage": result.coverage.as_dict(),
        "findings": [finding.as_dict() for finding in result.findings],
        "failures": [asdict(failure) for failure in result.failures],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
