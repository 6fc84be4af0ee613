"""The little that the theme cannot say: how wide the page is, and how cards stand beside each other."""

from __future__ import annotations

import streamlit as st

STYLE = """
<style>
[data-testid="stMainBlockContainer"] { max-width: 96rem; }
@media (min-width: 700px) {
  [data-testid="stMainBlockContainer"] { padding-left: 2rem; padding-right: 2rem; }
}
[class*="st-key-cards-"] {
  display: grid; gap: .7rem; align-items: stretch;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 24.5rem), 1fr));
}
[class*="st-key-cards-"] > * { width: auto; min-width: 0; height: 100%; }
[class*="st-key-incident-"] { gap: .35rem; height: 100%; justify-content: space-between; }
[class*="st-key-incident-"][class*="stVerticalBlock"] { padding: .7rem .9rem .45rem; }
.st-key-filters { display: grid; gap: .6rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr)); }
.st-key-filters > * { width: auto; min-width: 0; }
[class*="st-key-incident-"] [data-testid="stHorizontalBlock"] { row-gap: .1rem; height: auto; align-content: flex-end; }
/* Streamlit's own export of a table leaves formulas in its cells; each page offers one that does not. */
[data-testid="stElementToolbar"] button[aria-label^="Download as CSV"] { display: none; }
.brief { display: -webkit-box; -webkit-box-orient: vertical; overflow: hidden; }
</style>
"""


def use_style() -> None:
    """Adds the rules to the page."""
    st.html(STYLE)
