"""What the page of data shows: the newest runs, and which days each source answered for."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from storage.connection import Connection
from storage.read.source_runs import days_of_sources, newest_runs


@dataclass(frozen=True)
class DataView:
    """The frames that `newest_runs` and `days_of_sources` give."""

    runs: pd.DataFrame
    days: pd.DataFrame


def data_view(connection: Connection, workspace: str) -> DataView:
    """What the page of data shows of a workspace."""
    return DataView(newest_runs(connection, workspace), days_of_sources(connection, workspace))
