"""Answers a query that somebody else wrote, over the published file, in a process of its own that can do nothing else.

DuckDB's own limits hold for neither the memory nor the time of every function, so a process is started for each query:
it may write no byte to any file, takes a bounded share of memory, and is ended when its time is up.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import duckdb

from storage.errors import ExpectedFailure, NoPublishedFileError
from storage.file.database import open_published

MOST_ROWS = 1000
SECONDS = 15.0
LONGEST_CELL = 2000
MOST_SIGNS = 200_000
"""Of one answer, all its cells together: what does not fit is left out, and that is said."""
_AT_ONCE = BoundedSemaphore(2)
"""Others wait: an assistant may ask many queries at once, and each has the memory below."""
_MEMORY = 512 * 2**20
_ADDRESSES = 4 * 2**30

_LOCKED = f"""
SET memory_limit = '{_MEMORY} bytes'; SET threads = 2; SET temp_directory = ''; SET python_enable_replacements = false;
SET autoload_known_extensions = false; SET autoinstall_known_extensions = false; SET allow_persistent_secrets = false;
SET enable_external_access = false; SET lock_configuration = true
"""


class QueryRefusedError(ExpectedFailure):
    """The query is none that is answered here, or it failed."""


@dataclass(frozen=True)
class Answer:
    """Columns with their types, and rows of JSON values; `is_whole` says whether none was left out."""

    columns: Sequence[str]
    types: Sequence[str]
    rows: Sequence[Sequence[Any]]
    is_whole: bool


def answer_query(published: Path, sql: str, most_rows: int = MOST_ROWS, seconds: float = SECONDS) -> Answer:
    """What one SELECT over the published file (or the data directory that holds it) gives.

    Raises:
        QueryRefusedError: it is no single SELECT, is wrong, reaches beyond the file, or takes too long or too much.
        NoPublishedFileError: there is no such file.
    """
    _only_select(sql)  # here too: what is refused at once needs no process
    asked = json.dumps({"published": str(published), "sql": sql, "most_rows": max(1, min(most_rows, MOST_ROWS))})
    # Nothing of this process's environment, where keys may be.
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8"}
    if "SYSTEMROOT" in os.environ:
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    try:
        with _AT_ONCE:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "storage.read.asked_query"],
                input=asked, capture_output=True, encoding="utf-8", env=environment, timeout=seconds,
            )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise QueryRefusedError(
            f"The query took longer than {seconds:g} seconds and was ended.", "Ask for fewer days or campaigns."
        ) from None
    if done.returncode != 0:
        raise _too_large()
    found = json.loads(done.stdout)
    if "refused" in found:
        kind = NoPublishedFileError if found["nothing_published"] else QueryRefusedError
        raise kind(found["refused"], found["cure"])
    return Answer(**found)


def _answered(published: str, sql: str, most_rows: int) -> dict[str, Any]:
    statement = _only_select(sql)
    with open_published(Path(published)) as connection:
        connection.execute(_LOCKED)
        try:
            cursor = connection.execute(statement)
            found = cursor.fetchmany(most_rows + 1)
        except (duckdb.OutOfMemoryException, MemoryError) as failure:
            raise _too_large() from failure
        columns = [(str(name), str(kind)) for name, kind, *_ in cursor.description or ()]
        rows: list[list[Any]] = []
        is_whole, signs = True, 0
        for row in found:
            told = [_cell(value) for value in row]
            signs += len(json.dumps(told))
            if len(rows) == most_rows or signs > MOST_SIGNS:
                is_whole = False
                break
            rows.append(told)
    return {
        "columns": [name for name, _ in columns], "types": [kind for _, kind in columns],
        "rows": rows, "is_whole": is_whole,
    }  # fmt: skip


def _only_select(sql: str) -> duckdb.Statement:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as failure:
        raise QueryRefusedError(str(failure)) from failure
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryRefusedError("Only one SELECT is answered.", "Nothing is written, and no setting is changed.")
    return statements[0]


def _too_large() -> QueryRefusedError:
    return QueryRefusedError("The query needed too much memory and was ended.", "Ask for fewer days or campaigns.")


def _cell(value: Any) -> Any:
    told = _told(value)
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
    return told if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}… ({len(text)} characters)"


def _told(value: Any) -> Any:
    """The value as JSON has it: days and instants as ISO 8601, bytes as their number and the first of them."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        number = float(value)
        return number if number - number == 0 else str(number)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes: {base64.b64encode(value[:30]).decode()}"
    if isinstance(value, list | tuple):
        return [_told(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _told(one) for key, one in value.items()}
    return str(value)


def _bound_this_process() -> None:
    """Where the system can: no file is written, and this process's memory ends before the machine's does."""
    with suppress(ImportError):  # Windows has no such bounds
        import resource

        for what, most in ((resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, _ADDRESSES)):
            with suppress(ValueError, OSError):  # macOS knows no bound of memory
                resource.setrlimit(what, (most, most))


def _refusal(failure: Exception) -> dict[str, Any]:
    if isinstance(failure, ExpectedFailure):
        nothing = isinstance(failure, NoPublishedFileError)
        return {"refused": failure.message, "cure": failure.cure, "nothing_published": nothing}
    return {"refused": str(failure).strip(), "cure": "", "nothing_published": False}


if __name__ == "__main__":
    _bound_this_process()
    try:
        found = _answered(**json.load(sys.stdin))
    except (duckdb.Error, ExpectedFailure) as failure:
        found = _refusal(failure)
    json.dump(found, sys.stdout)
