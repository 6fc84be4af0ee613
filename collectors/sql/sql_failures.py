"""What a driver's failure means, in words that show neither keys nor what stands in anybody's rows."""

from __future__ import annotations

import re

from collectors.errors import (
    AuthenticationFailed,
    CollectorError,
    Forbidden,
    OutOfTime,
    RequestRefused,
    Unreachable,
)
from collectors.http.redaction import Redactor, keys_of_database
from collectors.sql.sql_engine import SqlDatabase

LONGEST_SAID = 300
_WRONG_KEY = re.compile(
    r"(?i)authentication failed|access denied|incorrect username|invalid (?:credential|access token|password)|"
    r"unauthorized|no password supplied|role \S+ does not exist|default credentials"
)
_MAY_NOT = re.compile(r"(?i)permission denied|insufficient privileges|not authorized|access denied|403 ")
_WRITES = re.compile(r"(?i)read-only transaction|readonly database|data-modifying")
_PERSON = re.compile(r"\S+@\S+")
# Also what a line's end cuts off, and what follows the colon in `Bad int64 value: …`.
_QUOTED = re.compile(r"\"[^\"]*(?:\"|$)|'[^']*(?:'|$)")
_VALUE = re.compile(r"(?i)(\b(?:bad|invalid)\b[^:]*:).*")


class NotConnected(Exception):
    """There was no connection; the driver's own failure is its cause."""


def failure_of(failure: Exception, database: SqlDatabase) -> CollectorError:
    """The failure as the collectors tell it."""
    connecting = isinstance(failure, NotConnected)
    told = failure.__cause__ if connecting and failure.__cause__ is not None else failure
    said = _said(told, database, is_of_rows=not connecting)
    name, state = database.name, _state(told)
    if connecting:
        if state.startswith("28") or _WRONG_KEY.search(said):
            cure = "Check user, password and rights in EVENTS_SQL_URL."
            return AuthenticationFailed(f"{name} refused the connection: {said}", cure, source=name)
        return Unreachable(
            f"{name} could not be connected with: {said}",
            "Check host, port and database in EVENTS_SQL_URL, and that this machine may connect there.",
            source=name,
            because=said,
        )
    if getattr(told, "connection_invalidated", False) or (state[:2] in ("08", "57") and state != "57014"):
        return Unreachable(f"{name} broke the connection off: {said}", "Try again.", source=name, because=said)
    if state == "57014":
        return too_slow(database)
    if state == "25006" or _WRITES.search(said):
        return Forbidden(f"{name} may only be read, and EVENTS_SQL_QUERY writes: {said}", "Let it read.", source=name)
    if state == "42501" or _MAY_NOT.search(said):
        cure = "Give the user of EVENTS_SQL_URL the right to read (SELECT) what the query names."
        return Forbidden(f"{name} does not let the query read: {said}", cure, source=name)
    cure = "Run EVENTS_SQL_QUERY in the database itself, with two days in the places of :first_day and :last_day."
    return RequestRefused(f"{name} refused the query: {said}", cure, source=name)


def too_slow(database: SqlDatabase) -> OutOfTime:
    """The failure of an answer that did not come in time."""
    return OutOfTime(
        f"{database.name} had not answered the query after {database.seconds:g} seconds.",
        "Let EVENTS_SQL_QUERY read a table that is summed up by day, or give it more time by EVENTS_SQL_SECONDS.",
        source=database.name,
    )


def _state(failure: BaseException) -> str:
    """The SQLSTATE of the driver's failure; empty where it has none."""
    driver = getattr(failure, "orig", None) or failure
    return str(getattr(driver, "sqlstate", None) or getattr(driver, "pgcode", None) or "")


def _said(failure: BaseException, database: SqlDatabase, *, is_of_rows: bool) -> str:
    driver = getattr(failure, "orig", None) or failure
    first_line = next(iter(str(driver).strip().splitlines()), "") or type(driver).__name__
    said = _PERSON.sub("…", Redactor(keys_of_database(database.url))(first_line))
    # The failures of class 22 quote what stands in a row; of one without a class nobody knows.
    if is_of_rows and _state(failure)[:2] in ("22", ""):
        said = _VALUE.sub(r"\1 …", _QUOTED.sub("…", said))
    return said[:LONGEST_SAID]
