"""Each thing that can happen to an incident has a line of its own on its timeline."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from campaign_health.words.story import announced_line, data_line, said_line

INCIDENT: Any = SimpleNamespace(kind="silent", cause="unknown", never_otherwise=False, last_good_day=date(2026, 11, 19))


@pytest.mark.parametrize(
    ("kind", "detail", "line"),
    [
        ("began", {}, "First bad day; last good day Thu 19 Nov 2026"),
        ("opened", {"status": "silent", "cause": "event_renamed"}, "Detected: silent; probable cause: event renamed"),
        ("reopened", {"status": "degraded"}, "Broke again: losing sends"),
        ("reopened", {"because": "restated"}, "Opened again: restated numbers undid its end"),
        ("worsened", {"from": "degraded", "to": "silent"}, "Got worse: losing sends became silent"),
        ("cause_changed", {"from": "unknown", "to": "message_failing"}, "Cause found: Message failing"),
        (
            "cause_changed", {"from": "event_removed", "to": "event_renamed"},
            "Cause changed: Event renamed (before: Event removed or blocked)",
        ),
        ("recovered", {"recovered_on": "2026-11-24"}, "Recovered: sends are back since Tue 24 Nov 2026"),
        (
            "closed", {"how": "stopped", "recovered_on": "2026-11-24"},
            "Closed: the campaign was stopped on Tue 24 Nov 2026",
        ),
        ("withdrawn", {"because": "restated"}, "Withdrawn: restated numbers show that nothing had broken"),
        ("expected", {"reason": "Hand-over: a becomes b"}, "Announced in the manifest: Hand-over: a becomes b"),
        ("unmuted", {"how": "over"}, "The mute ended"),
        ("unexpected", {"how": "over"}, "Counted as broken again"),
    ],
)  # fmt: skip
def test_what_was_found_by_itself(kind: str, detail: dict[str, Any], line: str) -> None:
    assert data_line(kind, detail, INCIDENT) == line


@pytest.mark.parametrize(
    ("channel", "message", "changes", "line"),
    [
        ("slack:#lifecycle", "digest", {"opened", "acknowledged"}, "Slack #lifecycle was told that it broke"),
        ("mail", "urgent", {"opened"}, "E-mail was told at once that it broke"),
        ("webhook", "digest", {"recovered", "fix_confirmed"}, "Webhook was told that it recovered"),
        ("slack", "digest", {"acknowledged"}, ""),
    ],
)
def test_what_was_told_where(channel: str, message: str, changes: set[str], line: str) -> None:
    assert announced_line(channel, message, changes) == line


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("acknowledge", "Taken on: because"),
        ("fixed", "Said to be fixed: because"),
        ("note", "Note: because"),
        ("mute", "Muted until Mon 30 Nov: because"),
        ("expected", "Marked as intended until Mon 30 Nov: because"),
        ("false_alarm", "Called a false alarm: because"),
        ("confirm_rename", "Rename confirmed: a.b is now a_b"),
        ("refuse_rename", "Rename refused: a.b is not a_b"),
    ],
)
def test_what_somebody_said(kind: str, line: str) -> None:
    said: Any = SimpleNamespace(
        kind=kind, event="a.b", new_event="a_b", reason="because", until=date(2026, 11, 30),
        decided_at=datetime(2026, 11, 24, tzinfo=UTC),
    )  # fmt: skip
    assert said_line(said, date(2026, 11, 24)) == line
