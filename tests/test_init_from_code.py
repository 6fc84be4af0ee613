"""`init --from-code`: a repository's events, and a draft of a manifest that holds as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.check.findings import CheckResult
from campaign_health.check.run_check import CheckRequest, run_check
from campaign_health.check.start.code_events import CodeEvents, SentEvent, read_code_events
from campaign_health.check.start.draft import draft_from_code
from campaign_health.cli.init import command
from campaign_health.errors import CouldNotStart
from campaign_health.manifest.manifest_reading import parse_manifest
from tests.check_corpus import NOW, build_repository

TYPESCRIPT = b"""\
import mixpanel from "mixpanel-browser";
import { EVENTS } from "./events";
export function trackEvent(name: string, props: object) { mixpanel.track(name, props); }
export function start(plan: string, rest: object) {
  mixpanel.track("trial_started", { plan: String(plan), seats: 3 });
  trackEvent("trial_started", { plan: "pro" });
  mixpanel.track(EVENTS.PAID, { amount: 5, ...rest });
  mixpanel.track(`plan_${plan}`);
  logEvent("report_opened", { source: "mail" });
  // logEvent("in_a_comment");
  t("event_shown_to_people");
}
"""
FILES = {
    "src/app.ts": TYPESCRIPT,
    "src/events.ts": b'export const EVENTS = { PAID: "invoice_paid" };\n',
    "server/billing.py": b'import mixpanel\nmp.track(user, "invoice_paid", {"amount": 5.5, "currency": "EUR"})\n',
    "tests/test_app.ts": b'mixpanel.track("only_in_a_test");\n',
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return build_repository(tmp_path / "code", FILES, FILES)


def _init(*arguments: str | Path) -> str:
    return CliRunner().invoke(command, [str(one) for one in arguments], catch_exceptions=False).output


def _check(manifest: Path, code: Path) -> CheckResult:
    return run_check(CheckRequest(manifest=manifest, now=NOW, code=code))


def test_the_events_of_kits_wrappers_and_constants_are_listed_with_their_places(repository: Path) -> None:
    found = read_code_events(repository)
    assert {event.name: event.places for event in found.events} == {
        "invoice_paid": ("server/billing.py:2", "src/app.ts:7"),
        "trial_started": ("src/app.ts:5", "src/app.ts:6"),
    }
    assert found.wrappers == ("trackEvent",)
    assert [(one.name, one.calls, one.examples) for one in found.likely_senders] == [
        ("logEvent", 1, ("report_opened",))
    ]
    assert found.not_told == ("src/app.ts:8",)


def test_properties_have_the_type_that_every_call_shows(repository: Path) -> None:
    paid, trial = read_code_events(repository).events
    assert [(one.name, one.calls, one.type) for one in trial.properties] == [
        ("plan", 2, "string"),
        ("seats", 1, "number"),
    ]
    assert [(one.name, one.calls, one.type) for one in paid.properties] == [
        ("amount", 2, "number"),
        ("currency", 1, "string"),
    ]
    assert (trial.visible, paid.visible) == (2, 1)


def test_a_type_on_which_calls_disagree_is_left_out_and_said(tmp_path: Path) -> None:
    files = {"a.js": b'mixpanel.track("begun", {plan: "pro"});\nmixpanel.track("begun", {plan: 3});\n'}
    text = draft_from_code(read_code_events(build_repository(tmp_path / "code", files, files)))
    assert parse_manifest(text, "m").manifest.events["begun"].properties["plan"].type is None
    assert "integer or string" in text


def test_the_draft_holds_under_check_with_the_code_and_a_campaign_on_it_is_seen(repository: Path) -> None:
    manifest = repository / "manifest.yaml"
    said = _init("--from-code", repository, "--manifest", manifest)
    assert "2 events in 4 calls, 3 files read." in said
    assert not (repository / "campaign-health.toml").exists()
    assert _check(manifest, repository).outcome == "holds"
    text = manifest.read_text()
    assert parse_manifest(text, "m").manifest.code.calls == ("trackEvent",)
    for line in ("  - name: Welcome series", "    event: invoice_paid", '    owner: "@lifecycle-team"'):
        assert f"#{line}" in text
        text = text.replace(f"#{line}", line)
    manifest.write_text(text)
    result = _check(manifest, repository)
    assert (result.outcome, result.coverage.seen, result.coverage.trigger_events) == ("holds", ["invoice_paid"], 1)


def test_what_is_there_is_overwritten_only_with_force(repository: Path) -> None:
    manifest = repository / "manifest.yaml"
    manifest.write_text("# ours\n")
    with pytest.raises(CouldNotStart):
        CliRunner().invoke(
            command, ["--from-code", str(repository), "--manifest", str(manifest)],
            catch_exceptions=False, standalone_mode=False,
        )  # fmt: skip
    assert manifest.read_text() == "# ours\n"
    _init("--from-code", repository, "--manifest", manifest, "--force")
    assert "trial_started" in manifest.read_text()


def test_json_lists_the_same_and_writes_nothing(repository: Path) -> None:
    manifest = repository / "manifest.yaml"
    told = json.loads(_init("--from-code", repository, "--manifest", manifest, "--json"))
    assert [event["name"] for event in told["events"]] == ["invoice_paid", "trial_started"]
    assert told["wrappers"] == ["trackEvent"]
    assert not manifest.exists()


def test_a_function_that_is_named_is_read_and_stands_among_the_calls(repository: Path) -> None:
    manifest = repository / "manifest.yaml"
    _init("--from-code", repository, "--call", "logEvent", "--manifest", manifest)
    drafted = parse_manifest(manifest.read_text(), "m").manifest
    assert drafted.events["report_opened"].properties["source"].type == "string"
    assert drafted.code.calls == ("logEvent", "trackEvent")
    assert "may send" not in manifest.read_text()
    assert _check(manifest, repository).outcome == "holds"


def test_a_folder_of_the_repository_is_read_alone(repository: Path) -> None:
    assert [event.places for event in read_code_events(repository / "server").events] == [("server/billing.py:2",)]


def test_code_without_a_call_gives_a_manifest_that_says_so(tmp_path: Path) -> None:
    files = {"a.py": b"print(1)\n"}
    found = read_code_events(build_repository(tmp_path / "code", files, files))
    text = draft_from_code(found)
    assert "--call" in found.summary()[1]
    assert parse_manifest(text, "m").manifest.events == {}
    assert "no call was found" in text


@pytest.mark.parametrize("name", ["yes", "17", "a: b # c", "- x", 'say "hi"', "Ünïcode ✓", "x" * 255, "{}", "a\\b"])
def test_any_name_that_can_be_printed_stands_in_the_draft_as_it_is(name: str) -> None:
    found = CodeEvents((SentEvent(name, ("a\nb.js:1",), 1, ()),), wrappers=("track!",), not_told=("c\rd.js:2",))
    assert list(parse_manifest(draft_from_code(found), "m").manifest.events) == [name]


def test_names_that_no_manifest_can_hold_are_counted(tmp_path: Path) -> None:
    files = {
        "a.py": b'mixpanel.track(1, "bell\\x07")\nmixpanel.track(1, "' + b"y" * 300 + b'")\nmixpanel.track(1, "ok")\n'
    }
    found = read_code_events(build_repository(tmp_path / "code", files, files))
    assert ([event.name for event in found.events], found.unusable) == (["ok"], 2)
    assert "2 names left out that no manifest can hold." in found.summary()
