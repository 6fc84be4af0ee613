"""Answers to the analysts' questions, and whole tables to count from in another way."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from tests.analyst_world import questions


class Answers:
    """Answers to the questions, and whole tables to count from."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._tables: dict[str, pd.DataFrame] = {}

    def to(self, number: int) -> pd.DataFrame:
        found: pd.DataFrame = self._connection.execute(questions()[number]).df()
        assert len(found), "a question that finds nothing shows nothing"
        return found

    def table(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            self._tables[name] = self._connection.execute(f"SELECT * FROM {name}").df()
        return self._tables[name].copy()

    def as_of(self) -> pd.Timestamp:
        return pd.Timestamp(self.table("judge_run")["as_of"][0])

    def names(self) -> dict[int, str]:
        """The campaigns' names by their ids."""
        campaigns = self.table("campaign")
        return dict(zip(campaigns["campaign_id"], campaigns["name"], strict=True))

    def live(self) -> pd.DataFrame:
        """Incidents that began while the world was watched, no false alarms, with the instant at which they began."""
        incidents = self.table("incident")
        incidents["began"] = [
            pd.Timestamp(day, tz=ZoneInfo("America/New_York")).tz_convert("UTC").tz_localize(None)
            for day in incidents["opened_on"]
        ]
        first = self.table("collection")["started_at"].min()
        return incidents[(incidents["began"] >= first) & (incidents["expected_how"] != "false_alarm")]
