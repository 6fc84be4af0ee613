"""`check` holds the events of broadcasts and transactional messages to the same rules as those of campaigns."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from campaign_health.check.findings import CheckResult, Finding
from campaign_health.check.run_check import CheckRequest, run_check
from campaign_health.manifest.writing import rename_event
from tests.check_corpus import build_repository

MANIFEST = """version: 1
events:
  password_reset_requested: {properties: {link: {type: string, required: true}}}
  outage_declared: {}
triggered:
  - {transactional: Password reset, event: password_reset_requested, owner: "@platform"}
  - {broadcast: 7, event: outage_declared}
"""
CODE = b"""\
function reset(link) { mixpanel.track("password_reset_requested", {link: String(link)}); }
function outage() { mixpanel.track("outage_declared", {}); }
"""


def check(folder: Path, **options: object) -> CheckResult:
    return run_check(CheckRequest(folder / "manifest.yaml", datetime(2026, 11, 24, tzinfo=UTC), **options))  # type: ignore[arg-type]


def only(result: CheckResult) -> Finding:
    assert result.failures == []
    [found] = result.violations
    return found


def repository(folder: Path) -> Path:
    return build_repository(folder / "shop", {"manifest.yaml": MANIFEST.encode(), "app.js": CODE}, {})


def test_an_event_that_the_manifest_does_not_have_is_said_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(MANIFEST.replace("  outage_declared: {}\n", ""))
    found = only(check(tmp_path))
    assert (found.rule, found.event, found.campaigns) == ("unknown_event", "outage_declared", ("broadcast 7",))
    assert found.line == 6
    assert check(tmp_path).exit_code == 1


def test_a_rename_in_the_code_stops_the_message_and_names_its_owner(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    assert check(folder, code=folder, base="HEAD").outcome == "holds"
    (folder / "app.js").write_bytes(CODE.replace(b'"password_reset_requested"', b'"password_reset_asked"'))
    found = only(check(folder, code=folder, base="HEAD"))
    assert (found.rule, found.campaigns) == ("event_renamed", ("Password reset",))
    assert "@platform" in found.message


def test_an_event_taken_out_of_the_manifest_stops_the_message(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    without = MANIFEST.replace("  outage_declared: {}\n", "").replace(
        "  - {broadcast: 7, event: outage_declared}\n", ""
    )
    (folder / "manifest.yaml").write_text(without)
    found = only(check(folder, base="HEAD"))
    assert (found.rule, found.campaigns) == ("manifest_event_removed", ("broadcast 7",))


def test_a_required_property_that_a_call_no_longer_gives_is_said(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    (folder / "app.js").write_bytes(CODE.replace(b"{link: String(link)}", b"{}"))
    found = only(check(folder, code=folder, base="HEAD"))
    assert (found.rule, found.property) == ("property_gone_in_code", "link")


def test_strict_asks_for_their_events_in_the_code(tmp_path: Path) -> None:
    folder = build_repository(
        tmp_path / "shop", {"manifest.yaml": MANIFEST.encode(), "app.js": CODE.splitlines(keepends=True)[0]}, {}
    )
    found = only(check(folder, code=folder, strict=True))
    assert (found.rule, found.event) == ("trigger_not_seen", "outage_declared")


def test_a_reviewed_rename_is_written_where_they_name_it() -> None:
    after = rename_event(MANIFEST, old="outage_declared", new="outage_began", since=date(2026, 12, 1))
    assert "- {broadcast: 7, event: outage_began}" in after
