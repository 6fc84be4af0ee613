"""A table as every page draws it: Streamlit's own on a desk; on a phone each row is a block of labels and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from campaign_health.dashboard.look.day_columns import day_columns
from campaign_health.dashboard.look.markup import badge, safe
from campaign_health.dashboard.look.theme import Palette
from campaign_health.words.dates import day_text
from campaign_health.words.event_service import of_service
from campaign_health.words.glossary import meaning_of
from campaign_health.words.numbers import count, plural
from campaign_health.words.status_words import shape_and_label

# Rows that a phone shows at once, and that it is sent at all; the filters and the download lead to every one.
ROWS_AT_FIRST, ROWS_ON_A_PHONE = 8, 40
NOTHING = "–"


def draw_table(
    table: pd.DataFrame,
    alt: str,
    key: str,
    *,
    config: Mapping[str, ColumnConfig] | None = None,
    links: Sequence[str] | None = None,
    statuses: str | None = None,
    colours: Palette | None = None,
    **given: Any,
) -> Any:
    """Draws a table whose rows are named by their first column, and gives back what Streamlit's own does.

    `alt` says what it holds, `key` is one of its own on its page. `links` are an address for each row on a phone. The
    column `statuses` holds verdicts' spellings, which are drawn as chips in these `colours`. What else is `given` goes
    to `st.dataframe`.
    """
    wide, columns = table, day_columns(table) | dict(config or {})
    if statuses is not None and colours is not None:
        wide = table.copy()
        wide[statuses] = [[shape_and_label(status)] for status in table[statuses]]
        columns[statuses] = _chips(list(dict.fromkeys(table[statuses])), colours, columns.get(statuses))
    columns |= {name: _with_tip(meaning, columns.get(name)) for name, meaning in _meanings(table)}
    with st.container(key=f"wide-{key}"):
        found = st.dataframe(
            wide,
            hide_index=True,
            alt=alt,
            placeholder=NOTHING,
            column_config=columns,
            key=key if "on_select" in given else None,
            **given,
        )
    st.html(stacked_html(table.iloc[:ROWS_ON_A_PHONE], alt, len(table), links, statuses))
    return found


def _meanings(table: pd.DataFrame) -> list[tuple[str, str]]:
    """The heads that are words of the glossary, with their meaning."""
    return [(name, of_service(meaning)) for name in map(str, table) if (meaning := meaning_of(name))]


def _with_tip(meaning: str, config: ColumnConfig | None) -> ColumnConfig:
    """How a column is drawn, with this tip at its head unless it has one of its own."""
    found = config or st.column_config.Column()
    return found if found.get("help") else {**found, "help": meaning}


def stacked_html(
    table: pd.DataFrame, alt: str, rows: int, links: Sequence[str] | None = None, statuses: str | None = None
) -> str:
    """The first of a table's `rows` as blocks, one a row: a heading, and each value beside its label."""
    blocks = [
        _block(list(table.columns), values, links[place] if links else None, statuses)
        for place, values in enumerate(table.itertuples(index=False, name=None))
    ]
    html = _list(blocks[:ROWS_AT_FIRST], alt)
    if folded := blocks[ROWS_AT_FIRST:]:
        summary = f"Show {plural(len(folded), 'more row')}"
        html += f"<details><summary>{escape(summary)}</summary>{_list(folded, f'{alt}, further rows')}</details>"
    if rows > len(table):
        html += f"<p>{escape(plural(rows - len(table), 'row is', 'rows are'))} not shown on a screen this narrow.</p>"
    return f'<div class="stacked">{html}</div>'


def _list(blocks: Sequence[str], alt: str) -> str:
    return f'<div role="list" aria-label="{escape(alt)}">{"".join(blocks)}</div>'


def _block(columns: list[str], values: Sequence[Any], link: str | None, statuses: str | None) -> str:
    name = _value_html(values[0])
    heading = f'<a href="{escape(link)}" target="_self">{name}</a>' if link else name
    chip = next((badge(str(value)) for column, value in zip(columns, values, strict=True) if column == statuses), "")
    rows = "".join(
        f"<dt>{escape(column)}</dt><dd>{_value_html(value)}</dd>"
        for column, value in list(zip(columns, values, strict=True))[1:]
        if column != statuses and not _is_nothing(value)
    )
    return f'<div role="listitem"><p class="row-name">{heading} {chip}</p><dl>{rows}</dl></div>'


def _value_html(value: Any) -> str:
    if _is_nothing(value):
        return NOTHING
    if isinstance(value, str):
        is_picture = value.startswith("data:image/svg+xml;")
        return f'<img src="{escape(value)}" alt="The days as a line"/>' if is_picture else safe(value)
    if isinstance(value, date):
        return escape(day_text(value))
    return escape(count(float(value))) if isinstance(value, (int, float, np.number)) else safe(value)


def _is_nothing(value: Any) -> bool:
    if isinstance(value, str):
        return value in ("", NOTHING)
    return pd.api.types.is_scalar(value) and bool(pd.isna(value))


def _chips(present: Sequence[str], colours: Palette, config: ColumnConfig | None) -> ColumnConfig:
    """A column of chips; its width and its help are those that were asked for."""
    asked: Mapping[str, Any] = dict(config or {})
    return st.column_config.MultiselectColumn(
        width=asked.get("width"),
        help=asked.get("help"),
        options=[shape_and_label(status) for status in present],
        color=[colours.tone_of(status)[1] for status in present],
    )
