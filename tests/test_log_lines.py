"""A service's lines: each with its time and level, in one piece, and without keys or people."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.logs.log_lines import Hiding, JsonLines, Lines, TextLines
from campaign_health.logs.log_setup import hide_in_log_lines, write_log_lines, writes_log_lines
from campaign_health.logs.logged_progress import LoggedProgress
from storage.records import CollectionRecord

KEY = "s3cret-key-of-acme"
HOOK = "https://hooks.example.com/services/T0000/B0000/abcdefghij0123456789"


def record(
    message: str, *values: object, level: int = logging.INFO, name: str = "campaign_health.x", **more: object
) -> logging.LogRecord:
    made = logging.LogRecord(name, level, __file__, 1, message, values, None)
    made.created = 1_795_000_000.1184
    vars(made).update(more)
    return made


def hiding() -> Hiding:
    hide = Hiding()
    hide.know([KEY, HOOK])
    return hide


def text(of: logging.LogRecord) -> str:
    return TextLines(hiding()).format(of)


def parsed(of: logging.LogRecord) -> dict[str, object]:
    line = JsonLines(hiding()).format(of)
    assert "\n" not in line
    found: dict[str, object] = json.loads(line)
    return found


def failed() -> dict[str, object]:
    """What a record carries that is of a failure whose text holds all that must not be told."""
    try:
        raise ValueError(f"no {KEY} for jane.doe@example.com\nand more")
    except ValueError:
        return {"exc_info": sys.exc_info()}


def test_a_line_has_its_time_with_offset_its_level_and_whose_it_is() -> None:
    time, level, said = text(record("3 of %s", 4, level=logging.WARNING, workspace="acme")).split(" ", 2)
    assert datetime.fromisoformat(time).utcoffset() is not None
    assert datetime.fromisoformat(time).timestamp() == pytest.approx(1_795_000_000.118)
    assert (level, said) == ("WARNING", "acme: 3 of 4")
    assert text(record("x", workspace="default")).endswith(" INFO x")


def test_a_line_for_programs_has_each_thing_under_its_name() -> None:
    found = parsed(record("done", level=logging.ERROR, workspace="acme", source="mixpanel_events", rows=12))
    assert found.pop("time") == text(record("x")).split(" ")[0]
    assert found.pop("process")
    assert found == {
        "level": "ERROR", "message": "done", "workspace": "acme", "source": "mixpanel_events", "rows": 12,
        "logger": "campaign_health.x",
    }  # fmt: skip


@pytest.mark.parametrize("form", [TextLines, JsonLines])
def test_keys_are_hidden_wherever_they_stand(form: type[Lines]) -> None:
    line = form(hiding()).format(record(f"{KEY} {HOOK} /services/T0000/B0000", workspace=KEY, **failed()))
    for hidden in (KEY, "abcdefghij0123456789", "jane.doe"):
        assert hidden not in line
    assert "ValueError" in line


def test_a_key_that_is_rotated_is_hidden_as_the_old_one_was() -> None:
    hide = hiding()
    hide.know(["another-key"])
    assert hide(f"{KEY} another-key") == "*** ***"


def test_what_a_library_says_is_told_without_people() -> None:
    assert "jane" not in text(record("for jane.doe@example.com", name="urllib3.connectionpool"))


def test_a_traceback_is_one_line_for_programs_and_begun_like_any_line_for_people() -> None:
    assert "ValueError: no *** for (address)\nand more" in str(parsed(record("failed", **failed()))["traceback"])
    lines = text(record("failed", level=logging.ERROR, **failed())).splitlines()
    assert len(lines) > 3
    for line in lines:
        time, level, _ = line.split(" ", 2)
        datetime.fromisoformat(time)
        assert level == "ERROR"


@given(st.text(), st.text())
def test_no_name_from_outside_breaks_a_line_or_begins_one(name: str, workspace: str) -> None:
    of = record("%s: complete", name, workspace=workspace, source=name)
    line = TextLines(hiding()).format(of)
    assert len(line.splitlines()) == 1
    assert not any(ord(sign) < 32 or sign in "\x7f\x85\u2028\u2029\u202e" for sign in line)
    assert JsonLines(hiding()).format(of).isascii()
    parsed(of)


@pytest.fixture
def service() -> Iterator[None]:
    """Puts everything back that writing log lines changes in this process."""
    root, hook, raising = logging.getLogger(), sys.excepthook, logging.raiseExceptions
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    sys.excepthook, logging.raiseExceptions = hook, raising


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_all_that_is_told_in_a_service_is_a_line(service: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert not writes_log_lines()
    write_log_lines("text")
    write_log_lines("json", [KEY])
    assert writes_log_lines()
    logging.getLogger("campaign_health.schedule").info("It begins with %s.", KEY)
    logging.getLogger("storage.file.restoring").warning("warning: %s was missing.", "warehouse.duckdb")
    logging.getLogger("urllib3").info("not worth a line")
    warnings.warn("something is old", DeprecationWarning, stacklevel=1)
    sys.excepthook(*failed()["exc_info"])  # type: ignore[misc]
    lines = written(capsys)
    assert [(line["level"], line["message"]) for line in lines[:2]] == [
        ("INFO", "It begins with ***."), ("WARNING", "warehouse.duckdb was missing."),
    ]  # fmt: skip
    assert (lines[2]["level"], "something is old" in str(lines[2]["message"])) == ("WARNING", True)
    assert lines[3]["level"] == "ERROR"
    assert "ValueError" in str(lines[3]["traceback"])
    assert len(lines) == 4


def test_a_key_that_comes_later_is_hidden_from_then_on(service: None, capsys: pytest.CaptureFixture[str]) -> None:
    write_log_lines("json")
    hide_in_log_lines(["rotated-since"])
    logging.getLogger("campaign_health").info("rotated-since")
    assert written(capsys)[0]["message"] == "***"


def test_a_source_is_told_at_its_end_by_how_it_went(service: None, capsys: pytest.CaptureFixture[str]) -> None:
    write_log_lines("json")
    begun = datetime.fromisoformat("2026-11-24T05:30:00+00:00")
    progress = LoggedProgress()
    progress.begin("acme", "mixpanel_events")
    progress.advance(1, 2, "x")
    for outcome, error in (("complete", None), ("partial", "3 were refused."), ("failed", "No answer.")):
        progress.end(
            CollectionRecord(
                run_id="r", workspace="acme", source="mixpanel_events", started_at=begun,
                ended_at=begun + timedelta(minutes=1), outcome=outcome,  # type: ignore[arg-type]
                first_day=date(2026, 11, 1), last_day=date(2026, 11, 23), requests=2, rows=1234, error=error,
                details={"notes": ["It is new."]} if outcome == "complete" else {},
            )
        )  # fmt: skip
    progress.note("The zone changed.")
    lines = written(capsys)
    assert [(line["level"], line["message"]) for line in lines] == [
        ("INFO", "Mixpanel event counts: complete, 1,234 rows, 2 requests"),
        ("INFO", "Mixpanel event counts: It is new."),
        ("WARNING", "Mixpanel event counts: partial, 1,234 rows, 2 requests"),
        ("WARNING", "Mixpanel event counts: 3 were refused."),
        ("ERROR", "Mixpanel event counts: failed, 1,234 rows, 2 requests"),
        ("ERROR", "Mixpanel event counts: No answer."),
        ("WARNING", "The zone changed."),
    ]
    assert lines[0]["workspace"] == "acme"
    assert lines[0]["source"] == "mixpanel_events"
    assert lines[0]["rows"] == 1234
