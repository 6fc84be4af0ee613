"""Asks a database: in a thread of its own, so that neither a slow query nor a silent host holds the run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from queue import Empty, SimpleQueue
from threading import Thread
from time import sleep as usual_sleep
from typing import TYPE_CHECKING

from collectors.errors import CollectorError, UnexpectedShape, Unreachable
from collectors.http.deadline import Deadline
from collectors.sql.sql_engine import SqlDatabase, engine_of, statement_of
from collectors.sql.sql_failures import NotConnected, failure_of, too_slow

if TYPE_CHECKING:
    from sqlalchemy import Connection

# A connection that fails is tried again after so many seconds each.
RESTS = (2.0, 10.0)
MOST_ROWS = 2_000_000
ROWS_AT_ONCE = 10_000
# What makes a transaction read only, where the database can.
READ_ONLY = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET TRANSACTION READ ONLY",
    "mariadb": "SET TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
}


@dataclass(frozen=True)
class SqlAnswer:
    """The columns and rows of one answer, and whether the database was told to let nothing be written."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    read_only: bool


class SqlClient:
    """One database, asked from one thread.

    Args:
        database: the database and its query.
        deadline: when nothing is asked any more.
        sleep: waits between two tries.
    """

    def __init__(
        self,
        database: SqlDatabase,
        *,
        deadline: Deadline | None = None,
        sleep: Callable[[float], object] = usual_sleep,
    ) -> None:
        self.database = database
        self.requests_sent = 0
        self._deadline, self._sleep = deadline or Deadline(), sleep
        self._driver: object = None

    def ask(self, first_day: date, last_day: date) -> SqlAnswer:
        """What the query returns for the days, both included. A connection that fails is tried three times.

        Raises:
            CollectorError: by what went wrong.
        """
        for rest in RESTS:
            try:
                return self._ask_once(first_day, last_day)
            except Unreachable:
                self._deadline.rest(rest, self.database.name, self._sleep)
        return self._ask_once(first_day, last_day)

    def close(self) -> None:
        """Ends the query that is running, if there is one and the driver can."""
        driver, self._driver = self._driver, None
        for name in ("cancel", "interrupt"):
            end = getattr(driver, name, None)
            if callable(end):
                with suppress(Exception):
                    end()

    def _ask_once(self, first_day: date, last_day: date) -> SqlAnswer:
        self._deadline.refuse_late(self.database.name)
        answers: SimpleQueue[SqlAnswer | Exception] = SimpleQueue()

        def work() -> None:
            try:
                answers.put(self._answer(first_day, last_day))
            except Exception as failure:
                answers.put(failure)

        self.requests_sent += 1
        Thread(target=work, name="events by SQL", daemon=True).start()
        try:
            answer = answers.get(timeout=max(min(self.database.seconds, self._deadline.left()), 0.0))
        except Empty:
            self.close()
            self._deadline.refuse_late(self.database.name)
            raise too_slow(self.database) from None
        except BaseException:
            # The run was told to stop: the database need not go on.
            self.close()
            raise
        if isinstance(answer, CollectorError):
            raise answer
        if isinstance(answer, Exception):
            raise failure_of(answer, self.database) from answer
        return answer

    def _answer(self, first_day: date, last_day: date) -> SqlAnswer:
        engine = engine_of(self.database)
        statement = statement_of(self.database)
        try:
            connection = engine.connect()
        except Exception as failure:
            raise NotConnected from failure
        # What is left open is taken back at the end: nothing is ever committed.
        with connection:
            self._driver = connection.connection.dbapi_connection
            try:
                read_only = self._protect(connection)
                streaming = connection.execution_options(stream_results=True, max_row_buffer=ROWS_AT_ONCE)
                result = streaming.execute(statement, {"first_day": first_day, "last_day": last_day})
                rows: list[tuple[object, ...]] = []
                while some := result.fetchmany(ROWS_AT_ONCE):
                    rows += (tuple(row) for row in some)
                    if len(rows) > MOST_ROWS:
                        raise UnexpectedShape(
                            f"The answer of EVENTS_SQL_QUERY has more than {MOST_ROWS:,} rows.",
                            "Let it return one row for each event and day.",
                            source=self.database.name,
                            field="rows",
                        )
                return SqlAnswer(tuple(result.keys()), tuple(rows), read_only)
            finally:
                self._driver = None

    def _protect(self, connection: Connection) -> bool:
        """Lets nothing be written and no query outlive us, where the database can; whether it can the first."""
        statement = READ_ONLY.get(connection.dialect.name)
        if statement is not None:
            connection.exec_driver_sql(statement)
        if connection.dialect.name == "postgresql":
            milliseconds = max(int(self.database.seconds * 1000), 1)
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")
        return statement is not None
