"""`campaign-health backtest`: a table of counts in, a verdict for every row out, errors that name the line."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from campaign_health.cli.backtest import command
from tests.backtest_cast import HEADER, START, backtest, pair, rows_of

COLUMNS = ["pair_id", "date", "alert", "status", "expected", "expected_low", "expected_high", "probability"]
STATUSES = {
    "healthy", "silent", "degraded", "event_lost", "surging", "volume_down", "not_running", "learning", "too_quiet",
    "not_collected",
}  # fmt: skip


def test_a_stop_is_an_alert_from_its_first_day_on() -> None:
    found = rows_of(backtest(HEADER + "".join(pair("welcome"))))
    assert list(found[0]) == COLUMNS
    assert [row["alert"] for row in found] == ["0"] * 70 + ["1"] * 10
    assert {row["status"] for row in found[70:]} == {"silent"}
    assert found[70]["date"] == "2026-03-16"
    assert 40 < float(found[70]["expected"]) < 70
    assert int(found[70]["expected_low"]) < float(found[70]["expected"]) < int(found[70]["expected_high"])
    assert float(found[70]["probability"]) < 1e-3
    assert {row["status"] for row in found} <= STATUSES


def test_rows_come_back_in_their_order_and_pairs_do_not_touch_each_other() -> None:
    one, two = pair("one"), pair("two", seed=2, stop=200)
    apart = {
        row["pair_id"] + row["date"]: row for text in (one, two) for row in rows_of(backtest(HEADER + "".join(text)))
    }
    mixed = [line for lines in zip(reversed(one), two, strict=True) for line in lines]
    found = rows_of(backtest(HEADER + "".join(mixed)))
    assert [(row["pair_id"], row["date"]) for row in found] == [tuple(line.split(",")[:2]) for line in mixed]
    assert all(row == apart[row["pair_id"] + row["date"]] for row in found)


def test_an_empty_count_and_a_missing_row_are_both_not_collected() -> None:
    lines = pair("welcome")
    holes = [
        ",".join([*line.split(",")[:2], "", ""]) + "\n" if 60 <= day < 65 else line for day, line in enumerate(lines)
    ]
    found = rows_of(backtest(HEADER + "".join(holes)))
    assert {row["status"] for row in found[60:65]} == {"not_collected"}
    assert found[60]["expected"] == found[60]["probability"] == ""
    without = rows_of(backtest(HEADER + "".join(lines[:60] + lines[65:])))
    assert without == found[:60] + found[65:]


@pytest.mark.parametrize(
    "name", ['"Smith, John"', '"say ""hi"""', "Grüße 🎉", " spaced ", "0", "null", "a/b\\c", "NA", ""]
)
def test_pairs_may_have_names_of_any_kind(name: str) -> None:
    text = HEADER + f"{name},2026-01-05,3,1\n{name},2026-01-06,4,2\n"
    assert [row["pair_id"] for row in rows_of(backtest(text))] == [
        row[0] for row in list(csv.reader(io.StringIO(text)))[1:]
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (HEADER, "no rows"),
        ("pair_id,date,events\na,2026-01-05,3\n", "line 1: no column sends"),
        (HEADER + "a,2026-01-05,3,1\na,2026-01-06,-3,1\n", "line 3: events is -3, below zero"),
        (HEADER + "a,2026-01-05,3,one\n", "line 2: sends is 'one', not a number"),
        (HEADER + "a,2026-01-05,3.5,1\n", "line 2: events is 3.5, a fraction"),
        (HEADER + "a,2026-01-05,inf,1\n", "line 2: events is 'inf'"),
        (HEADER + "a,2026-01-05,nan,1\n", "line 2: events is 'nan'"),
        (HEADER + "a,2026-13-05,3,1\n", "line 2: '2026-13-05' is not a date"),
        (HEADER + "a,,3,1\n", "line 2: '' is not a date"),
        (HEADER + "a,2026-01-05,3,1\nb,2026-01-05,3,1\na,2026-01-05,4,1\n", "line 4: pair 'a' has 2026-01-05 twice"),
        (HEADER + "a,2026-01-05,3\n", "line 2: 3 values for 4 columns"),
        (HEADER + "a,2026-01-05,3,1\na,2026-01-06,1,204,980\n", "line 3: 5 values for 4 columns; write numbers"),
        ("pair_id,date,events,sends,sends\na,2026-01-05,3,1,2\n", "line 1: the column sends is there more than once"),
        (HEADER + "a,2026-01-05,3,1\na,2026-01-06,1e16,1\n", "line 3: events is 1e16; no day has so many; is the"),
        (HEADER + "a,2026-01-05,3,1e300\n", "line 2: sends is 1e300; no day has so many"),
        (HEADER + 'a,2026-01-05,3,1\n"b,2026-01-05,3,1\nc,2026-01-05,3,1\n', "line 3: a quote that opens here"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_one_line_that_names_the_place(text: str, reason: str) -> None:
    done = backtest(text)
    message = done.stderr.strip()
    assert (done.exit_code, done.stdout) == (2, "")
    assert reason in message
    assert message.count("\n") == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ((HEADER + "a,2026-01-05,3,1\nGrüße,2026-01-05,3,1\n").encode("latin-1"), "line 3: not UTF-8 text"),
        ((HEADER + "a,2026-01-05,3,1\n").encode("utf-16"), "line 1: not UTF-8 text"),
        ((HEADER + "a,2026-01-05,3,1\n").encode("utf-16-le"), "line 1: not UTF-8 text"),
    ],
)
def test_text_that_is_not_utf_8_is_refused_with_its_line(data: bytes, reason: str) -> None:
    done = backtest(data)
    assert (done.exit_code, done.stdout) == (2, "")
    assert reason in done.stderr


def test_a_column_that_is_not_read_may_hold_anything() -> None:
    text = HEADER.strip() + ",note\na,2026-01-05,3,1,Grüße\n"
    assert len(rows_of(backtest(text.encode("latin-1")))) == 1
    twice = backtest((text + "a,2026-01-05,3,1,\n").encode("latin-1"))
    assert "line 3: pair 'a' has 2026-01-05 twice" in twice.stderr


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEADER + "a,2026-01-05,3,1\n" * 2, "line 3: pair 'a' has 2026-01-05 twice"),
        (HEADER + "a,2026-01-05,3,one\n", "line 2: sends is 'one', not a number"),
    ],
)
def test_the_line_is_named_in_a_packed_file_too(tmp_path: Path, text: str, reason: str) -> None:
    table = tmp_path / "pairs.csv.gz"
    table.write_bytes(gzip.compress(text.encode()))
    done = CliRunner().invoke(command, ["--pairs", str(table), "--out", "-"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert reason in done.stderr


@pytest.mark.parametrize("cut", [slice(0, 200), slice(5, None), slice(0, 0)])
def test_a_packed_file_that_is_cut_off_is_refused_by_its_name(tmp_path: Path, cut: slice) -> None:
    table = tmp_path / "pairs.csv.gz"
    table.write_bytes(gzip.compress((HEADER + "".join(pair("welcome"))).encode())[cut])
    done = CliRunner().invoke(command, ["--pairs", str(table), "--out", "-"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert str(table) in done.stderr
    assert "cannot be unpacked" in done.stderr or "is empty" in done.stderr


@pytest.mark.parametrize("years", ["nan", "inf", "-inf", "0", "-1"])
def test_a_budget_that_is_no_number_of_years_is_refused(years: str) -> None:
    done = backtest(HEADER + "a,2026-01-05,3,1\n", f"--false-alarm-years={years}")
    assert done.exit_code == 2
    assert "--false-alarm-years" in done.stderr


def test_numbers_and_files_written_by_other_programs_are_understood() -> None:
    plain = HEADER + "a,2026-01-05,3,1\na,2026-01-06,1000000000,999999999\n"
    others = (
        "\ufeff" + 'date,"sends",events,pair_id,extra\r\n2026-01-05,1.0,3.0,a,x\r\n2026-01-06,999999999,1e9,"a",\r\n'
    )
    assert rows_of(backtest(others)) == rows_of(backtest(plain))


def test_there_is_a_clear_error_for_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["--pairs", str(tmp_path / "no.csv"), "--out", "-"])
    assert done.exit_code == 2
    assert "there is no file" in done.stderr


def test_a_smaller_budget_of_false_alarms_needs_more_evidence() -> None:
    random = np.random.default_rng(5)
    events = random.poisson(30, 100)
    sends = random.binomial(events, 0.7)
    sends[70:] = random.binomial(sends[70:], 0.4)
    text = HEADER + "".join(f"a,{START + timedelta(days=d)},{events[d]},{sends[d]}\n" for d in range(100))
    few, many = (
        [row["alert"] for row in rows_of(backtest(text, "--false-alarm-years", years))].index("1")
        for years in ("0.2", "5000")
    )
    assert few < many


def test_a_million_rows_of_one_pair_are_refused_at_once_with_the_line() -> None:
    days = np.datetime64("0001-01-01") + np.arange(1_000_000)
    done = backtest(HEADER + "".join(f"a,{day},3,1\n" for day in days.astype(str)))
    assert done.exit_code == 2
    assert "line 36527: pair 'a' has 1,000,000 days" in done.stderr
    same_day = backtest(HEADER + "a,2026-01-05,3,1\n" * 1_000_000)
    assert same_day.exit_code == 2
    assert "line 3: pair 'a' has 2026-01-05 twice" in same_day.stderr
