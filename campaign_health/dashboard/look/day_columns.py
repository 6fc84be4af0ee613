"""Days in tables, written as everywhere: `Mon 23 Nov 2026`; they sort as days."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

FORMAT = "ddd D MMM YYYY"


def day_columns(table: pd.DataFrame) -> dict[str, ColumnConfig]:
    """How the columns of days in a table are shown, by name."""
    return {str(name): st.column_config.DateColumn(format=FORMAT) for name in table if _has_days(table[name])}


def _has_days(column: pd.Series) -> bool:
    known = column.dropna()
    return column.dtype == object and len(known) > 0 and isinstance(known.iloc[0], date)
