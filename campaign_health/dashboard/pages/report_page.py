"""What a month of watching caught and saved: the report that is sent after each month, of any month."""

from __future__ import annotations

from datetime import date

import streamlit as st

from campaign_health.alerts.forms.report_html import report_body
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.page import Page, draw
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.report_reads import read_monthly_report, report_months
from campaign_health.state.report_text import report_text
from campaign_health.words.dates import month_text

# A figure stands beside its words; the width of the screen would tear them apart.
MOST_WIDTH = 820


def report(page: Page) -> None:
    """Draws the month that the address names, else the last one that was watched to its end."""
    months = answer(report_months, page.name)
    if not months:
        st.title("Report", anchor=False)
        st.info("Nothing was judged yet. What a month caught and saved stands here once it was.")
        return
    usual = answer(read_monthly_report, page.name, None, page.today).month
    month = _chosen(months, usual)
    found = answer(read_monthly_report, page.name, month, page.today)
    promised = next((one.false_alarm_years for one in page.settings.workspaces if one.name == page.name), None)
    text = report_text(found, promised or page.settings.workspaces[0].false_alarm_years, page.today)
    st.title(text.title, anchor=False)
    st.markdown(f"**{in_markdown(text.headline)}.**")
    st.html(f'<div style="max-width:{MOST_WIDTH}px">{report_body(text)}</div>')


def _chosen(months: tuple[date, ...], usual: date) -> date:
    """The month of the picker, which the address keeps in words; one that is written as 2026-11 is understood, too, and
    one that is not there is the usual one.
    """
    names = {month_text(month): month for month in dict.fromkeys((*months, usual))}
    in_figures = {f"{month:%Y-%m}": name for name, month in names.items()}
    if (asked := st.query_params.get("month")) in in_figures:
        st.query_params["month"] = in_figures[asked]
        st.rerun()
    place = list(names).index(month_text(usual))
    chosen = st.selectbox("Month", list(names), index=place, key="month", bind="query-params", width=260)
    return names.get(chosen or "", usual)


draw(report)
