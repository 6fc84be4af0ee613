"""The little style of the campaign page's own: its title that is a choice, and the heads of its charts."""

from __future__ import annotations

import streamlit as st

# The box lies over the title and shows itself when it is chosen: a box alone would cut long names.
_STYLE = """
<style>
.st-key-heading > * { min-width: 0; }
.st-key-title { column-gap: .7rem; row-gap: .2rem; }
.st-key-title > * { min-width: 0; }
.st-key-title-picker { position: relative; border-radius: .5rem; }
.st-key-title-picker h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; padding: .25rem 0; overflow-wrap: anywhere; }
.st-key-title-picker h1::after { content: ""; display: inline-block; width: .42rem; height: .42rem;
  margin: 0 .3rem .3rem .65rem; border: solid currentColor; border-width: 0 2.5px 2.5px 0; transform: rotate(45deg);
  opacity: .7; }
.st-key-title-picker:hover h1 { text-decoration: underline 2px; text-underline-offset: 4px; }
.st-key-title-picker > [class*="st-key-campaign-"] { position: absolute; inset: 0; opacity: 0; overflow: visible; }
.st-key-title-picker > [class*="st-key-campaign-"]:focus-within { opacity: 1; z-index: 5; min-width: min(22rem, 85vw); }
.st-key-title-picker > [class*="st-key-campaign-"] input { cursor: pointer; }
.st-key-chart-head, .st-key-chain-head { row-gap: .35rem; min-height: 2.5rem; }
.st-key-chart-head button[kind="secondary"] { height: 2rem; min-height: 2rem; padding: 0 .5rem; border-radius: .5rem; }
.st-key-chart-head button[kind="secondary"] p { font-size: .84rem; }
@media (max-width: 640px) { .st-key-title-picker h1 { font-size: 1.3rem; } }
</style>
"""


def use_campaign_style() -> None:
    """Adds the rules to the page."""
    st.html(_STYLE)
