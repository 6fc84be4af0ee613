"""One result in seven forms: schemas hold, annotations have their lines, and nothing is lost or injected."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from lxml import etree

from campaign_health.check.findings import (
    RULES,
    CheckResult,
    Coverage,
    ExpectedHandover,
    Failure,
    Finding,
)
from campaign_health.check.reports import FORMATS, render
from campaign_health.check.reports.markdown import LONGEST, MARK

SCHEMAS = Path(__file__).with_name("fixtures") / "check_schemas"

RENAMED = Finding(
    rule="event_renamed",
    severity="violation",
    message="renaming `trial_started` stops *Welcome series* (owner @lifecycle-team).",
    event="trial_started",
    new_name="trial_begun",
    campaigns=("Day-3 nudge", "Welcome series"),
    file="src/a b.js",
    line=3,
    head_file="src/ä,b:c.js",
    head_line=4,
)
NOTE = Finding(
    "constant_without_use", "note", "`x` stands unused.", "x", campaigns=("C",), head_file="a.js", head_line=9
)
HOSTILE = Finding(
    "event_removed", "violation", "a `\x1b[31mred\x00\n::error::` | <script> ]]> & name", "\x1b\x00\n::set-output",
    file="src/a.js", line=1, head_file="manifest.yaml", head_line=2,
)  # fmt: skip
COVERAGE = Coverage(
    parts=["the code with main"], trigger_events=2, seen=["trial_started"], not_seen=["other"], files_read=7,
    older_calls_not_in_manifest=3, handovers=[ExpectedHandover("a", "b", ("C",))],
)  # fmt: skip
HOLDS = CheckResult([], COVERAGE)
VIOLATED = CheckResult([RENAMED, HOSTILE, NOTE], COVERAGE)
FAILED = CheckResult([RENAMED], Coverage(), [Failure("No key for Customer.io.", "Set CUSTOMERIO_APP_API_KEY.")])
RESULTS = {"holds": HOLDS, "violated": VIOLATED, "could_not_check": FAILED, "empty": CheckResult()}


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_sarif_validates(result: CheckResult) -> None:
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text())
    jsonschema.Draft7Validator(schema).validate(json.loads(render(result, "sarif")))


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_junit_validates(result: CheckResult) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
    schema.assertValid(etree.fromstring(render(result, "junit").encode()))


def test_sarif_points_to_the_head_and_relates_to_the_base() -> None:
    found = json.loads(render(VIOLATED, "sarif"))["runs"][0]["results"][0]
    place = found["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("src/%C3%A4%2Cb%3Ac.js", 4)
    assert found["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 3
    assert found["level"] == "error"


def test_junit_has_what_stricter_readers_demand() -> None:
    suite = etree.fromstring(render(VIOLATED, "junit").encode())
    assert {"name", "tests", "failures", "errors", "time", "timestamp", "hostname"} <= set(suite.keys())
    assert [child.tag for child in suite] == [
        "properties",
        "testcase",
        "testcase",
        "testcase",
        "system-out",
        "system-err",
    ]
    assert all(case.get("time") == "0" and case.get("classname") for case in suite.findall("testcase"))
    assert all(failure.get("type") for failure in suite.iter("failure", "error"))


def test_junit_counts_what_is_in_order_and_what_is_not() -> None:
    suite = etree.fromstring(render(VIOLATED, "junit").encode())
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped"), suite.get("tests")) == (
        "2",
        "0",
        "1",
        "3",
    )
    suite = etree.fromstring(render(HOLDS, "junit").encode())
    assert [case.get("name") for case in suite.findall("testcase")] == ["trial_started", "other"]
    suite = etree.fromstring(render(FAILED, "junit").encode())
    assert suite.find("testcase/error").get("message") == "No key for Customer.io."


def test_github_annotations_have_file_and_line_and_cannot_be_forged() -> None:
    lines = render(VIOLATED, "github").splitlines()
    assert lines[0].startswith("::error file=src/ä%2Cb%3Ac.js,line=4,title=campaign-health%3A event_renamed::Renaming")
    assert lines[2].startswith("::notice file=a.js,line=9,")
    assert sum(line.startswith("::") for line in lines) == 3
    assert any("Could not" in line or "could not" in line for line in render(FAILED, "github").splitlines())


def test_gitlab_issues_have_path_line_and_a_fingerprint_of_their_own() -> None:
    issues = json.loads(render(VIOLATED, "gitlab"))
    assert [(issue["location"]["path"], issue["location"]["lines"]["begin"]) for issue in issues] == [
        ("src/ä,b:c.js", 4), ("manifest.yaml", 2), ("a.js", 9),
    ]  # fmt: skip
    assert len({issue["fingerprint"] for issue in issues}) == 3
    assert {issue["severity"] for issue in issues} == {"critical", "info"}
    assert json.loads(render(FAILED, "gitlab"))[-1]["severity"] == "blocker"


def test_markdown_is_one_comment_that_can_be_found_again() -> None:
    text = render(VIOLATED, "markdown")
    assert text.startswith(MARK)
    assert "❌ A campaign would break: 2 violations, 1 note." in text
    assert "*Welcome series*" in text
    assert "not seen: `other`" in text


def test_markdown_stays_within_what_github_takes() -> None:
    many = CheckResult([RENAMED] * 2000, COVERAGE)
    text = render(many, "markdown")
    assert len(text) <= LONGEST
    assert "more findings" in text


def test_json_has_the_contract_s_fields() -> None:
    data = json.loads(render(VIOLATED, "json"))
    assert data["outcome"] == "violated"
    assert data["coverage"]["not_seen"] == ["other"]
    assert data["findings"][0] == {
        "rule": "event_renamed", "severity": "violation", "event": "trial_started", "property": None,
        "new_name": "trial_begun", "campaigns": ["Day-3 nudge", "Welcome series"], "message": RENAMED.message,
        "file": "src/a b.js", "line": 3, "head_file": "src/ä,b:c.js", "head_line": 4, "waived_until": None,
    }  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_no_form_lets_control_characters_through_or_fails(result: CheckResult, form: str) -> None:
    text = render(result, form)
    assert text.endswith("\n")
    assert "\x00" not in text
    assert "\x1b[31mred" not in text


def test_a_failed_look_up_never_reads_as_clean() -> None:
    assert (FAILED.outcome, FAILED.exit_code) == ("could_not_check", 2)
    for form in FORMATS:
        assert "Customer.io" in render(FAILED, form)


def test_every_rule_is_described() -> None:
    assert all(text.endswith(".") for text in RULES.values())
