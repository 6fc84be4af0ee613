"""What `check` says of each trigger event, and what it lets pass: standings, strictness, waivers, unlisted calls."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.check.findings import RULES, CheckResult
from campaign_health.check.reports import render
from campaign_health.check.rule_help import HELP
from campaign_health.check.run_check import CheckRequest, run_check
from campaign_health.cli.check import command
from tests.check_corpus import NOW, build_repository, check, run_git

EVENTS = ("direct", "by_wrapper", "by_constant", "plain", "typed", "compared", "in_perl", "in_docs", "missing")
MANIFEST = (
    "version: 1\nevents:\n"
    + "".join(f"  {name}: {{}}\n" for name in EVENTS)
    + "campaigns:\n"
    + "".join(f"  - {{name: C {name}, event: {name}, state: running}}\n" for name in EVENTS)
)
FILES = {
    "manifest.yaml": MANIFEST.encode(),
    "src/kit.ts": b'import mixpanel from "mixpanel-browser";\n'
    b"export function send(name: string, props: object) {\n  mixpanel.track(name, props);\n}\n",
    "src/events.ts": b'export const BY_CONSTANT = "by_constant";\nexport const PLAIN = "plain";\n',
    "src/types.ts": b'export type Name = "typed" | "direct";\n',
    "src/app.ts": b'import { BY_CONSTANT } from "./events";\nanalytics.track("direct");\nsend("by_wrapper", {});\n'
    b'analytics.track(BY_CONSTANT);\nif (last === "compared") go();\n',
    "src/a.pl": b"# x\n$x = 'in_perl';\n",
    "docs/events.md": b"Send `in_docs`.\n",
}
STANDS = {
    "direct": "sent by a call at src/app.ts:2",
    "by_wrapper": "sent by a call at src/app.ts:3",
    "by_constant": "sent by a call at src/app.ts:4, src/events.ts:1",
    "plain": "a constant at src/events.ts:2",
    "typed": "a type only, at src/types.ts:1",
    "compared": "a comparison only, at src/app.ts:5",
    "in_perl": "in a file that is not read (src/a.pl:2)",
    "in_docs": "in a folder that is skipped (docs/events.md:1)",
    "missing": "nowhere",
}
ONE_EVENT = """version: 1
events: {trial_started: {}}
campaigns: [{name: Welcome, event: trial_started, state: running}]
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> CheckResult:
    return check(build_repository(tmp_path_factory.mktemp("repository"), FILES, {}))


def renamed(folder: Path, more: str = "") -> Path:
    before = {"manifest.yaml": (ONE_EVENT + more).encode(), "a.js": b'analytics.track("trial_started");\n'}
    return build_repository(folder, before, {"a.js": b'analytics.track("trial_begun");\n'})


def on(folder: Path, day: datetime.date) -> CheckResult:
    now = datetime.datetime.combine(day, datetime.time(8), datetime.UTC)
    return run_check(CheckRequest(manifest=folder / "manifest.yaml", now=now, code=folder, base="main"))


def test_each_trigger_event_is_said_with_its_place(result: CheckResult) -> None:
    assert {one.event: one.said() for one in result.coverage.standings} == STANDS
    assert result.coverage.seen == ["by_constant", "by_wrapper", "direct", "plain"]
    assert result.outcome == "holds"


@pytest.mark.parametrize("form", ["terminal", "json", "junit", "sarif", "github", "markdown"])
def test_every_format_says_where_each_event_stands(result: CheckResult, form: str) -> None:
    text = render(result, form).replace("`", "")
    for said in STANDS.values():
        assert said.replace("`", "") in text


def test_gitlab_has_an_issue_for_each_event_that_is_not_seen(result: CheckResult) -> None:
    issues = {issue["description"].split()[0]: issue for issue in json.loads(render(result, "gitlab"))}
    assert set(issues) == set(result.coverage.not_seen)
    assert issues["in_perl"]["location"] == {"path": "src/a.pl", "lines": {"begin": 2}}
    assert {issue["severity"] for issue in issues.values()} == {"info"}


def test_many_events_are_counted_and_the_unseen_ones_still_named(tmp_path: Path) -> None:
    names = [f"event_number_{i}" for i in range(60)]
    manifest = "version: 1\nevents:\n" + "".join(f"  {name}: {{}}\n" for name in [*names, "gone"])
    manifest += "campaigns:\n" + "".join(f"  - {{name: {n}, event: {n}, state: running}}\n" for n in [*names, "gone"])
    calls = "".join(f'analytics.track("{name}");\n' for name in names)
    folder = build_repository(tmp_path, {"manifest.yaml": manifest.encode(), "a.js": calls.encode()}, {})
    text = render(check(folder), "terminal")
    assert "gone: nowhere." in text
    assert "The others: 60 sent by a call" in text


def test_nothing_seen_could_not_be_checked(tmp_path: Path) -> None:
    files = {"manifest.yaml": ONE_EVENT.encode(), "a.ts": b'type Name = "trial_started";\n'}
    result = check(build_repository(tmp_path, files, {}))
    assert (result.exit_code, result.coverage.seen) == (2, [])
    assert "nothing was checked" in result.failures[0].message
    assert "code.calls" in result.failures[0].cure


def test_strict_fails_on_any_event_that_is_not_seen(tmp_path: Path) -> None:
    folder = build_repository(tmp_path, FILES, {})
    given = ["--manifest", str(folder / "manifest.yaml"), "--code", str(folder), "--json"]
    assert CliRunner().invoke(command, given).exit_code == 0
    strict = CliRunner().invoke(command, [*given, "--strict"])
    found = json.loads(strict.stdout)["findings"]
    assert strict.exit_code == 1
    assert {finding["event"] for finding in found} == set(EVENTS[4:])
    assert {finding["rule"] for finding in found} == {"trigger_not_seen"}
    assert all(finding["head_line"] for finding in found)


def test_older_calls_are_listed_in_json(tmp_path: Path) -> None:
    files = {
        "manifest.yaml": ONE_EVENT.encode(),
        "a.js": b'analytics.track("trial_started");\nanalytics.track("Old One");\n',
    }
    coverage = json.loads(render(check(build_repository(tmp_path, files, {})), "json"))["coverage"]
    assert coverage["older_calls"] == [{"event": "Old One", "file": "a.js", "line": 2}]
    assert coverage["older_calls_not_in_manifest"] == 1


@pytest.mark.parametrize(("unlisted", "severities"), [("violation", ["violation"]), ("note", ["note"]), ("off", [])])
def test_new_calls_that_no_manifest_has_are_what_the_manifest_says(
    tmp_path: Path, unlisted: str, severities: list[str]
) -> None:
    manifest = f"{ONE_EVENT}code: {{unlisted: {unlisted}}}\n".encode()
    before = {"manifest.yaml": manifest, "a.js": b'analytics.track("trial_started");\n'}
    after = {"a.js": b'analytics.track("trial_started");\nanalytics.track("Brand New");\n'}
    assert [finding.severity for finding in check(build_repository(tmp_path, before, after)).findings] == severities


def test_a_waived_violation_is_a_note_through_its_last_day(tmp_path: Path) -> None:
    waiver = "waivers: [{event: trial_started, until: 2026-12-01, reason: the new flow ships then, owner: '@growth'}]\n"
    folder = renamed(tmp_path, waiver)
    last = on(folder, datetime.date(2026, 12, 1))
    (finding,) = last.findings
    assert (last.exit_code, finding.severity, finding.waived_until) == (0, "note", "2026-12-01")
    assert finding.message.endswith("Waived until 2026-12-01 by @growth: the new flow ships then.")
    over = on(folder, datetime.date(2026, 12, 2))
    assert (over.exit_code, over.findings[0].severity) == (1, "violation")
    assert over.findings[0].message.endswith("Its waiver ended on 2026-12-01.")
    assert json.loads(render(last, "sarif"))["runs"][0]["results"][0]["suppressions"][0]["kind"] == "external"


@pytest.mark.parametrize("about", ["event: other", "event: trial_started, rule: event_removed"])
def test_a_waiver_of_something_else_waives_nothing(tmp_path: Path, about: str) -> None:
    folder = renamed(tmp_path, f"waivers: [{{{about}, until: 2026-12-31}}]\n")
    assert on(folder, NOW.date()).exit_code == 1


def test_every_rule_has_a_help_text_in_sarif(tmp_path: Path) -> None:
    assert set(HELP) == set(RULES)
    (rule,) = json.loads(render(check(renamed(tmp_path)), "sarif"))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "event_renamed"
    assert "change the campaign's trigger in Customer.io" in rule["help"]["text"]
    assert "`renames:`" in rule["help"]["markdown"]


@pytest.mark.parametrize("kind", ["branch of the remote", "branch"])
def test_the_cure_for_a_missing_base_is_a_command_that_git_understands(tmp_path: Path, kind: str) -> None:
    origin = build_repository(tmp_path / "origin", {"manifest.yaml": ONE_EVENT.encode(), "a.js": b"go();\n"}, {})
    run_git(origin, "branch", "release")
    run_git(tmp_path, "clone", "-q", "--single-branch", "--branch", "main", f"file://{origin}", "clone")
    clone = tmp_path / "clone"
    revision = "origin/release" if kind == "branch of the remote" else "release"
    cure = check(clone, revision).failures[0].cure
    wanted = cure.partition("`git ")[2].partition("`")[0]
    run_git(clone, *wanted.split())
    assert not any("is not in this repository" in failure.message for failure in check(clone, revision).failures)
