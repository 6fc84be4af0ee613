"""The button that downloads a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from campaign_health.dashboard.parts.csv_export import as_csv


def offer_csv(table: pd.DataFrame, file_name: str, label: str = "Download as CSV") -> None:
    """Draws the button; the file is only made when somebody asks for it, and for nobody else."""
    st.download_button(
        label, lambda: as_csv(table), file_name=file_name, mime="text/csv", icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip
