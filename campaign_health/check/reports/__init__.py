"""Renderings of one check result. Each is a pure function from the result to text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from campaign_health.check.findings import CheckResult

FORMATS = ("terminal", "json", "junit", "sarif", "github", "gitlab", "markdown")


def render(result: CheckResult, form: str) -> str:
    """The result in one of `FORMATS`, ending with a line break."""
    module = "json_report" if form == "json" else form
    function: Callable[[CheckResult], str] = import_module(f"{__name__}.{module}").render
    return function(result)
