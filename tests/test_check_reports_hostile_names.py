"""Names of campaigns, owners, events and files are text in every report: they link, mention and command nothing."""

from __future__ import annotations

import html
import json
import re

import pytest
from markdown_it import MarkdownIt

from campaign_health.check.findings import CheckResult, Coverage, Failure, Finding
from campaign_health.check.reports import render
from campaign_health.check.reports.markdown_escaping import code, escaped, inline

NAMES = (
    "![p](https://evil.example/p.png)",
    "<!-- hidden",
    "<img src=x onerror=alert(1)>",
    "@team",
    "me@[team]",
    "##[set-output name=x]1",
    "##vso[task.setvariable variable=x]1",
    "::set-output name=x::1",
    "a\n::add-mask::x",
    "a\n   ::warning::x",
    "https://evil.example",
    "www.evil.example",
    "closes #12",
    "GH-12",
    "a` ![p](https://evil.example) `b",
    "a* ![p](https://evil.example) *b",
    "a\r\n# Title",
)


def result_of(name: str) -> CheckResult:
    finding = Finding(
        rule="event_renamed", severity="violation", message=f"renaming `{name}` stops *{name}* (owner {name}).",
        event=name, new_name=name, campaigns=(name,), file=name, line=3, head_file=name, head_line=4,
    )  # fmt: skip
    first = Finding("event_removed", "violation", f"{name} is gone.", name)
    coverage = Coverage(parts=[name], trigger_events=1, seen=[name], not_seen=[name], files_read=1)
    return CheckResult([finding, first], coverage, [Failure(f"{name} could not be counted.", f"Ask {name}.")])


def rendered(markdown: str) -> tuple[str, str]:
    """Markdown as HTML without what stands in code, and the text of that HTML."""
    drawn = re.sub(r"<code>.*?</code>", "", MarkdownIt("commonmark").render(markdown), flags=re.DOTALL)
    return drawn, html.unescape(re.sub(r"<[^>]*>", "", drawn))


def check_that_names_are_text(markdown: str) -> None:
    drawn, text = rendered(markdown)
    assert not re.search(r"<(?!/?(?:p|em|strong|ul|li|h3|sub)>)", drawn), drawn
    # GitHub looks for these in the text.
    assert not re.search(r"@[\w\[]|#\d|GH-\d|://|www\.", text), text


@pytest.mark.parametrize("name", NAMES)
def test_a_comment_on_a_pull_request_shows_names_as_text(name: str) -> None:
    mark, *lines = render(result_of(name), "markdown").splitlines()
    assert mark == "<!-- campaign-health check -->"
    assert all(line == "" or line.startswith(("### ", "- ", "<sub>")) for line in lines)
    check_that_names_are_text("\n".join(lines))


@pytest.mark.parametrize("form", ["github", "terminal", "junit"])
@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_log_is_a_command_that_a_name_brought(name: str, form: str) -> None:
    text = render(result_of(name), form)
    if form == "github":
        lines = text.splitlines()
        # Three annotations of our own: two findings and what could not be checked.
        assert sum(line.lstrip().startswith("::") for line in lines) == 3
        assert all(line.startswith(("::error file=", "::error title=")) for line in lines if line.startswith("::"))
    else:
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert not re.search(r"##\w*\[", text)


@pytest.mark.parametrize("name", NAMES)
def test_code_scanning_shows_names_as_text(name: str) -> None:
    found = json.loads(render(result_of(name), "sarif"))["runs"][0]["results"][0]["message"]["markdown"]
    check_that_names_are_text(found)


def test_what_a_message_marks_itself_stays_marked() -> None:
    assert inline("renaming `trial_started` stops *Welcome series*.") == (
        "renaming `trial_started` stops *Welcome series*."
    )
    assert escaped("5 < 6 & 7") == "5 &lt; 6 &amp; 7"
    assert code("a`b``c`") == "``` a`b``c` ```"
