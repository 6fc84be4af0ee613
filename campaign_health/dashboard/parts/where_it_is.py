"""Where the published data is, for those who would ask it questions of their own: the file, and where it is shared."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.installation import warehouse
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.words.lists import joined
from storage.share.destinations import parse_destination


def show_where_it_is(page: Page) -> None:
    """Draws where the file is and offers it for download; it is read only when somebody asks for it."""
    st.subheader("Where the data is", anchor=False)
    published = warehouse().published_path
    size = published.stat().st_size / 1e6
    read_from = page.settings.database
    shared = None if read_from is None else parse_destination(read_from.get_secret_value())
    if shared is not None and shared.kind != "files":
        st.write(
            f"All that these pages show is what machines share to {in_markdown(shared.shown)}, put together here in "
            f"one DuckDB file ({size:,.1f} MB)."
        )
    else:
        where = str(published) if shared is None else shared.shown
        st.write(
            f"All that these pages show is in one DuckDB file: {in_markdown(where)} ({size:,.1f} MB). Open it "
            "read-only with any DuckDB client, for as long as you like; it is replaced as a whole after each run."
        )
    st.download_button(
        "Download the file", published.read_bytes, file_name=published.name, mime="application/vnd.duckdb",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    places = [in_markdown(parse_destination(one.get_secret_value()).shown) for one in page.settings.share]
    if places:
        quiet(f"After each round its tables are also shared to {joined(places)}.")
