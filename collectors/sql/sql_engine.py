"""A database, its query, and the SQLAlchemy that asks it: an extra, loaded only where it is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collectors.errors import UnusableSetting

if TYPE_CHECKING:
    from sqlalchemy import Engine, TextClause
    from sqlalchemy.engine import URL

PLACES = frozenset({"first_day", "last_day"})
EXTRAS = {
    "postgresql": "sql-postgres",
    "bigquery": "sql-bigquery",
    "snowflake": "sql-snowflake",
    "databricks": "sql-databricks",
}
_COMMENTS = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*", re.DOTALL)
_CAST_PLACE = re.compile(r"(?<![:\w\\]):(first_day|last_day)(?=::)")
_POSTGRES = ("postgres", "postgresql")
# The drivers that take the seconds of a connection by this name.
_CONNECT_SECONDS = ("psycopg", "psycopg2", "pymysql")


@dataclass(frozen=True)
class SqlDatabase:
    """One database, and the query that counts events in it.

    Attributes:
        name: What people call it.
        url: SQLAlchemy's address of it, which holds keys.
        query: It has the places :first_day and :last_day, and returns event, day and events.
        time_zone: The IANA name of the zone of its days.
        seconds: How long one answer may take, connecting included.
        connect_seconds: How long connecting may take, where the driver can be told.
    """

    name: str
    url: str = field(repr=False)
    query: str
    time_zone: str | None = None
    seconds: float = 300.0
    connect_seconds: float = 10.0


def statement_of(database: SqlDatabase) -> TextClause:
    """The query as it is sent.

    Raises:
        UnusableSetting: SQLAlchemy is not installed, or the query does not read, or lacks or has a place.
    """
    from sqlalchemy import Date, bindparam, text

    # A cast right behind a place hides it from SQLAlchemy.
    query = _CAST_PLACE.sub(r"(:\1)", database.query.strip().rstrip(";").rstrip())
    begin = _COMMENTS.match(query)
    first_word = re.match(r"\w*", query[begin.end() if begin else 0 :])
    if first_word is None or first_word[0].upper() not in ("SELECT", "WITH"):
        raise _unusable(database, "EVENTS_SQL_QUERY does not begin with SELECT or WITH.", "It may only read.")
    clause = text(query)
    places = frozenset(clause.compile().params)
    if unknown := sorted(places - PLACES):
        raise _unusable(
            database,
            f"EVENTS_SQL_QUERY has the place :{unknown[0]}, which nothing can be put in.",
            r"It may have :first_day and :last_day; a colon that is meant as one is written \:.",
        )
    if lacking := sorted(PLACES - places):
        raise _unusable(
            database,
            f"EVENTS_SQL_QUERY lacks {' and '.join(f':{one}' for one in lacking)}.",
            "Let its WHERE hold the days that are asked for, both included: day >= :first_day AND day <= :last_day.",
        )
    return clause.bindparams(*(bindparam(name, type_=Date()) for name in sorted(PLACES)))


def engine_of(database: SqlDatabase) -> Engine:
    """An engine that keeps no connection open.

    Raises:
        UnusableSetting: SQLAlchemy or the driver is not installed, or the address is none.
    """
    try:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError
        from sqlalchemy.pool import NullPool
    except ModuleNotFoundError as failure:
        raise _unusable(
            database,
            "SQLAlchemy is not installed, and EVENTS_SQL_URL needs it.",
            install(EXTRAS.get(_scheme(database))),
        ) from failure
    try:
        url = _url(database)
        # Every place in which a driver would look for the seconds has another name.
        options = {"connect_timeout": max(int(database.connect_seconds), 1)}
        takes = url.get_dialect().driver in _CONNECT_SECONDS
        return create_engine(url, poolclass=NullPool, connect_args=options if takes else {}, hide_parameters=True)
    except NoSuchModuleError as failure:
        scheme = _scheme(database)
        raise _unusable(
            database, f"SQLAlchemy knows no database {scheme[:40]!r} here.", install(EXTRAS.get(scheme))
        ) from failure
    except ModuleNotFoundError as failure:
        raise _unusable(
            database,
            f"The driver {failure.name} of EVENTS_SQL_URL is not installed.",
            install(EXTRAS.get(_scheme(database))),
        ) from failure
    except (ArgumentError, ValueError, TypeError) as failure:
        raise _unusable(
            database,
            "EVENTS_SQL_URL is no address of a database.",
            "Write it like postgresql://USER:PASSWORD@HOST/DATABASE; signs such as @ and / in a password as %40 and "
            "%2F.",
        ) from failure


def install(extra: str | None) -> str:
    """How the extra is installed; None where this program has none for the database."""
    if extra is None:
        return (
            "Check how EVENTS_SQL_URL begins; of a database for which there is no extra of campaign-health, install "
            "SQLAlchemy's dialect and its driver beside it."
        )
    return f"Install campaign-health[{extra}]: pip install '.[{extra}]' in the checkout of a tagged version."


def _url(database: SqlDatabase) -> URL:
    from sqlalchemy import make_url

    url = make_url(database.url)
    # The driver that the extra brings, whatever SQLAlchemy's release would take.
    return url.set(drivername="postgresql+psycopg") if url.drivername in _POSTGRES else url


def _scheme(database: SqlDatabase) -> str:
    scheme = re.split(r"[+:]", database.url, maxsplit=1)[0].lower()
    return "postgresql" if scheme in _POSTGRES else scheme


def _unusable(database: SqlDatabase, message: str, cure: str) -> UnusableSetting:
    return UnusableSetting(message, cure, source=database.name)
