"""Reads and writes the tables of `backtest`: one row per pair and day, checked to the line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
from numpy.typing import NDArray

COLUMNS = ("pair_id", "date", "events", "sends")
_BOM = b"\xef\xbb\xbf"
WRITTEN_ROWS = 500_000  # rows written at a time
MOST_OF_A_DAY = 1e15  # beyond it a number is no count of a day, and the sums over many days lose whole numbers
_EPOCH = date(1970, 1, 1).toordinal()


class PairTableError(ValueError):
    """The table of pairs cannot be judged; the message names the line and the cure."""


@dataclass
class PairTable:
    """The rows in the order they came."""

    names: list[str]  # of the pairs
    pair: NDArray[np.int32]  # index into names, per row
    day: NDArray[np.int32]  # days since 1970-01-01, per row
    events: NDArray[np.float64]  # NaN = not collected
    sends: NDArray[np.float64]


def read_pairs(source: Path | bytes) -> PairTable:
    """Reads `pair_id,date,events,sends` from a file (also one packed by gzip and the like) or from bytes.

    Raises PairTableError with the line number on the first thing that cannot be judged.
    """
    try:
        _read_header(source)
        try:
            return _read_fast(source)
        except (pa.ArrowInvalid, pa.ArrowKeyError, pa.ArrowNotImplementedError):
            return _read_careful(source)  # slower, but it can name the line
    except UnicodeDecodeError as error:
        line = _undecodable_line(source)
        raise PairTableError(f"line {line}: not UTF-8 text ({error.reason}); save the table as CSV in UTF-8") from error
    except OSError as error:
        raise PairTableError(_unreadable(source, error)) from error


def _unreadable(source: Path | bytes, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "this user may not read it; give it the right to, or copy the table"
    if isinstance(source, Path) and error.errno is None:
        return f"it cannot be unpacked as its ending {source.suffix} says; is it cut off, or not packed at all?"
    return f"it cannot be read ({error.strerror or error})"


def _read_fast(source: Path | bytes) -> PairTable:
    opened: Any = _open_bytes(source) if isinstance(source, Path) else pa.BufferReader(source.removeprefix(_BOM))
    number = pa.float64()
    table = pyarrow.csv.read_csv(
        opened,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={
                "pair_id": pa.dictionary(pa.int32(), pa.string()),
                "date": pa.date32(),
                "events": number,
                "sends": number,
            },
            include_columns=list(COLUMNS),
            null_values=[""],
            strings_can_be_null=False,
        ),
    )
    names = table.column("pair_id").unify_dictionaries().combine_chunks()
    if isinstance(names, pa.ChunkedArray):
        names = names.chunk(0) if names.num_chunks else pa.array([], pa.dictionary(pa.int32(), pa.string()))
    days = table.column("date")
    if table.num_rows == 0 or days.null_count:
        raise pa.ArrowInvalid("rows to be looked at one by one")
    pairs = PairTable(
        names=names.dictionary.to_pylist(),
        pair=names.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False),
        day=days.cast(pa.int32()).to_numpy(),
        events=table.column("events").to_numpy(),
        sends=table.column("sends").to_numpy(),
    )
    for name, counts in (("events", pairs.events), ("sends", pairs.sends)):
        known = counts[~np.isnan(counts)]
        if len(known) + table.column(name).null_count != len(counts) or not _countable(known):
            raise pa.ArrowInvalid("counts to be looked at one by one")
    return pairs


def _countable(known: NDArray[np.float64]) -> bool:
    return bool(
        np.isfinite(known).all()
        and (known >= 0).all()
        and (known <= MOST_OF_A_DAY).all()
        and (known == np.floor(known)).all()
    )


def _open_bytes(source: Path | bytes) -> Any:
    """The table's bytes, unpacked if the file's name says that it is packed."""
    return io.BytesIO(source) if isinstance(source, bytes) else pa.input_stream(str(source), compression="detect")


def _open_text(source: Path | bytes, errors: str = "strict") -> IO[str]:
    return io.TextIOWrapper(_open_bytes(source), encoding="utf-8-sig", errors=errors, newline="")


def _undecodable_line(source: Path | bytes) -> int:
    line = 0
    with _open_bytes(source) as opened:
        for line, text in enumerate(io.BufferedReader(opened), 1):  # noqa: B007
            try:
                text.decode("utf-8")
            except UnicodeDecodeError:
                break
    return line


def _read_header(source: Path | bytes) -> None:
    """Refuses a first line that the fast reader would take without a word, or read differently."""
    # Columns that are not read may hold anything.
    with (
        _open_text(source, errors="replace") as text,
        suppress(csv.Error),
    ):  # a broken line is named by the careful reader
        _places(next((row for row in csv.reader(text) if row), None))


def _read_careful(source: Path | bytes) -> PairTable:
    index: dict[str, int] = {}
    pair: list[int] = []
    days: list[int] = []
    events: list[float] = []
    sends: list[float] = []
    with _open_text(source) as text:
        reader = csv.reader(text, strict=True)
        before = 0  # the line on which the row before this one ended
        try:
            header = next((row for row in reader if row), None)
            places = _places(header)
            width = len(header or ())
            before = reader.line_num
            for row in reader:
                line, before = reader.line_num, reader.line_num
                if not row:
                    continue
                if len(row) != width:
                    raise PairTableError(_wrong_width(line, len(row), width))
                name, day, event, send = (row[place] for place in places)
                pair.append(index.setdefault(name, len(index)))
                days.append(_day(day, line))
                events.append(_number(event, "events", line))
                sends.append(_number(send, "sends", line))
        except csv.Error as error:
            raise PairTableError(_broken_row(before + 1, error)) from error
    if not pair:
        raise PairTableError(f"the file has no rows; expected {','.join(COLUMNS)} and one row per pair and day")
    return PairTable(
        names=list(index),
        pair=np.array(pair, dtype=np.int32),
        day=np.array(days, dtype=np.int32),
        events=np.array(events),
        sends=np.array(sends),
    )


def _wrong_width(line: int, found: int, width: int) -> str:
    if found < width:
        return f"line {line}: {found} values for {width} columns; write one value, possibly empty, per column"
    return (
        f"line {line}: {found} values for {width} columns; write numbers without thousands separators, and quote "
        "names that hold commas"
    )


def _broken_row(line: int, error: csv.Error) -> str:
    if "field limit" in str(error):
        return f"line {line}: a value is longer than {csv.field_size_limit():,} letters; is a quote never closed?"
    if "unexpected end of data" in str(error):
        return f"line {line}: a quote that opens here is never closed; close it, or double a quote inside a name"
    return f"line {line}: {error}; quote names that hold commas or quotes"


def _places(header: list[str] | None) -> list[int]:
    if header is None:
        raise PairTableError(f"the file is empty; expected a first line {','.join(COLUMNS)}")
    if any("\0" in name for name in header):
        raise PairTableError("line 1: not UTF-8 text (UTF-16?); save the table as CSV in UTF-8")
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise PairTableError(
            f"line 1: no column {', '.join(missing)} among {', '.join(header)}; "
            f"the first line must be {','.join(COLUMNS)}"
        )
    twice = [column for column in COLUMNS if header.count(column) > 1]
    if twice:
        raise PairTableError(f"line 1: the column {', '.join(twice)} is there more than once; keep one")
    return [header.index(column) for column in COLUMNS]


def _day(text: str, line: int) -> int:
    try:
        return date.fromisoformat(text.strip()).toordinal() - _EPOCH
    except ValueError:
        raise PairTableError(f"line {line}: {text!r} is not a date; write it as 2026-11-24") from None


def _number(text: str, column: str, line: int) -> float:
    text = text.strip()
    if not text:
        return math.nan
    cure = "write a whole number, or leave it empty if it was not collected"
    try:
        value = float(text)
    except ValueError:
        raise PairTableError(f"line {line}: {column} is {text!r}, not a number; {cure}") from None
    if not math.isfinite(value):
        raise PairTableError(f"line {line}: {column} is {text!r}; {cure}")
    if value < 0:
        raise PairTableError(f"line {line}: {column} is {text}, below zero; {cure}")
    if value > MOST_OF_A_DAY:
        raise PairTableError(f"line {line}: {column} is {text}; no day has so many; is the column mixed up?")
    if value != math.floor(value):
        raise PairTableError(f"line {line}: {column} is {text}, a fraction of a count; {cure}")
    return value


def line_of(source: Path | bytes, row: int) -> int:
    """The line of the file on which a row (counted from 0, without the header) ends."""
    with _open_text(source, errors="replace") as text, suppress(csv.Error):
        reader = csv.reader(text)
        count = -2  # the header is a row too
        for values in reader:
            count += bool(values)
            if count == row:
                return int(reader.line_num)
    return row + 2


def write_verdicts(target: IO[bytes], pairs: PairTable, columns: Callable[[slice], dict[str, pa.Array]]) -> None:
    """Writes pair_id, date and the columns of verdicts as CSV, in the order of the rows, a slice at a time."""
    names = pa.array(pairs.names, pa.string())
    special = pyarrow.compute.any(pyarrow.compute.match_substring_regex(names, '[,"\r\n]|^$|^ | $')).as_py()
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed" if special else "none")
    for start in range(0, len(pairs.pair), WRITTEN_ROWS):
        rows = slice(start, start + WRITTEN_ROWS)
        part = pa.table(
            {
                "pair_id": pa.DictionaryArray.from_arrays(pa.array(pairs.pair[rows]), names),
                "date": pa.array(pairs.day[rows]).cast(pa.date32()),
                **columns(rows),
            }
        )
        if start == 0:
            target.write((",".join(part.column_names) + "\n").encode())
        for index, field in enumerate(part.schema):
            if pa.types.is_dictionary(field.type):
                part = part.set_column(index, field.name, part.column(index).cast(pa.string()))
        pyarrow.csv.write_csv(part, target, options)
