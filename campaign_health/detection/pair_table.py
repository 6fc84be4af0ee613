"""Reads and writes the tables of `backtest`: one row per pair and day, checked to the line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
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
    """Reads `pair_id,date,events,sends` from a file or from bytes.

    Raises PairTableError with the line number on the first thing that cannot be judged.
    """
    try:
        return _read_fast(source)
    except (pa.ArrowInvalid, pa.ArrowKeyError, pa.ArrowNotImplementedError):
        return _read_careful(source)  # slower, but it can name the line


def _read_fast(source: Path | bytes) -> PairTable:
    opened: Any = str(source) if isinstance(source, Path) else pa.BufferReader(source.removeprefix(_BOM))
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
    return bool(np.isfinite(known).all() and (known >= 0).all() and (known == np.floor(known)).all())


def _open_text(source: Path | bytes) -> IO[str]:
    if isinstance(source, bytes):
        return io.TextIOWrapper(io.BytesIO(source), encoding="utf-8-sig", newline="")
    return source.open(encoding="utf-8-sig", newline="")


def _read_careful(source: Path | bytes) -> PairTable:
    index: dict[str, int] = {}
    pair: list[int] = []
    days: list[int] = []
    events: list[float] = []
    sends: list[float] = []
    with _open_text(source) as text:
        reader = csv.reader(text, strict=True)
        try:
            header = next(reader, None)
            places = _places(header)
            for row in reader:
                if not row:
                    continue
                line = reader.line_num
                if len(row) < len(header or ()):
                    raise PairTableError(
                        f"line {line}: {len(row)} values for {len(header or ())} columns; write one value, "
                        "possibly empty, per column"
                    )
                name, day, event, send = (row[place] for place in places)
                pair.append(index.setdefault(name, len(index)))
                days.append(_day(day, line))
                events.append(_number(event, "events", line))
                sends.append(_number(send, "sends", line))
        except csv.Error as error:
            raise PairTableError(f"line {reader.line_num}: {error}; quote names that hold commas or quotes") from error
        except UnicodeDecodeError as error:
            raise PairTableError(f"the file is not UTF-8 text ({error.reason}); save it as CSV in UTF-8") from error
    if not pair:
        raise PairTableError(f"the file has no rows; expected {','.join(COLUMNS)} and one row per pair and day")
    return PairTable(
        names=list(index),
        pair=np.array(pair, dtype=np.int32),
        day=np.array(days, dtype=np.int32),
        events=np.array(events),
        sends=np.array(sends),
    )


def _places(header: list[str] | None) -> list[int]:
    if header is None:
        raise PairTableError(f"the file is empty; expected a first line {','.join(COLUMNS)}")
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise PairTableError(
            f"line 1: no column {', '.join(missing)} among {', '.join(header)}; "
            f"the first line must be {','.join(COLUMNS)}"
        )
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
    if value != math.floor(value):
        raise PairTableError(f"line {line}: {column} is {text}, a fraction of a count; {cure}")
    return value


def line_of(source: Path | bytes, row: int) -> int:
    """The line of the file on which a row (counted from 0, without the header) ends."""
    with _open_text(source) as text:
        reader = csv.reader(text)
        next(reader, None)
        count = -1
        for values in reader:
            count += bool(values)
            if count == row:
                return reader.line_num
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
