"""The little that the theme cannot say: how wide the page is, and how cards stand beside each other."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.look.theme import DARK, palette

STYLE = """
<style>
[data-testid="stMainBlockContainer"] { max-width: 96rem; padding-bottom: 2.5rem; }
@media (min-width: 700px) {
  [data-testid="stMainBlockContainer"] { padding-left: 2rem; padding-right: 2rem; }
}
[class*="st-key-cards-"] {
  display: grid; gap: .7rem; align-items: stretch;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 24.5rem), 1fr));
}
[class*="st-key-cards-"] > * { width: auto; min-width: 0; height: 100%; }
[class*="st-key-incident-"] { gap: .35rem; height: 100%; justify-content: space-between; }
[class*="st-key-incident-"][class*="stVerticalBlock"] { padding: .6rem .9rem .4rem; }
.st-key-filters { display: grid; gap: .6rem; grid-auto-flow: column; grid-auto-columns: minmax(9rem, 1fr);
  grid-template-columns: max-content; overflow-x: auto; align-items: center; padding: 2px; }
.st-key-filters > * { width: auto; min-width: 0; }
[class*="st-key-incident-"] [class*="st-key-acts-"] { container-type: inline-size; }
[class*="st-key-acts-"] a[data-testid^="stBaseLinkButton"] p span { font-size: inherit; }
.st-key-figures { display: grid; gap: .5rem; grid-template-columns: repeat(auto-fit, minmax(min(32%, 11rem), 1fr)); }
.st-key-figures > * { width: auto; min-width: 0; }
.st-key-figures > *, .st-key-figures div { width: 100%; }
.st-key-figures button { width: 100%; height: 100%; justify-content: flex-start; padding: .35rem .8rem; }
.st-key-figures button > div { justify-content: flex-start; }
.st-key-figures button p { text-align: left; line-height: 1.2; font-size: .84rem; }
.st-key-figures button p strong { display: block; font-size: 1.3rem; font-weight: 700; white-space: nowrap; }
.st-key-wall { display: grid; gap: .6rem 1rem; grid-template-columns: repeat(auto-fill, minmax(min(47%, 13rem), 1fr)); }
.st-key-wall > * { width: auto; min-width: 0; }
[class*="st-key-tile-"] { gap: 0; }
[class*="st-key-tile-"] a[data-testid="stPageLink-NavLink"] { padding: 0; margin: 0; }
[class*="st-key-tile-"] a p { font-size: .9rem; font-weight: 600; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
details.rest > summary { display: flex; gap: .5rem; font-size: .88rem; cursor: pointer; list-style: none; }
details.rest > summary::-webkit-details-marker { display: none; }
details.rest > summary::after { content: "more"; margin-left: auto; text-decoration: underline; }
details.rest[open] > summary::after { content: "less"; }
details.rest > summary { align-items: flex-end; line-height: 1.25; min-height: 2.5em; }
details.rest .step { min-width: 0; align-self: flex-start; }
details.rest[open] .step { visibility: hidden; }
@media (max-width: 640px) {
  .st-key-figures { grid-template-columns: repeat(6, 1fr); gap: .35rem; }
  .st-key-figures > * { grid-column: span 2; }
  .st-key-figures > *:nth-child(n + 4) { grid-column: span 3; }
  p.cause { font-size: .84rem !important; }
  .st-key-figures button { padding: .25rem .5rem; }
  .st-key-figures button p { font-size: .76rem; }
  .st-key-figures button p strong { font-size: 1.05rem; }
  h1.news { font-size: 1.12rem !important; }
  p.quiet { font-size: .8rem !important; line-height: 1.35; }
  [data-testid="stMainBlockContainer"] { padding-top: 4rem; }
  .st-key-filters { grid-auto-flow: row; grid-template-columns: repeat(6, 1fr); overflow: visible; gap: .35rem; }
  .st-key-filters > * { grid-column: span 2; }
  .st-key-filters > *:first-child { grid-column: span 6; }
  .st-key-filters > *:nth-child(2), .st-key-filters > *:nth-child(3) { grid-column: span 3; }
}
[class*="st-key-incident-"] a[data-testid="stBaseLinkButton-secondary"] p span {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
details.rest dl { padding: .3rem 0; }
[class*="st-key-acts-"] { row-gap: .3rem; height: auto; padding: .2rem 0; }
[class*="st-key-acts-"] button, [class*="st-key-acts-"] a {
  box-sizing: border-box; height: 2rem; min-height: 2rem; padding: 0 .4rem; border-radius: .5rem;
}
[class*="st-key-acts-"] button p, [class*="st-key-acts-"] a p { font-size: .84rem; white-space: nowrap; }
[class*="st-key-acts-"] a[data-testid="stPageLink-NavLink"] {
  border: 1px solid light-dark(#DADDE6, #343A4A); margin: 0;
}
[class*="st-key-acts-"] a[data-testid="stPageLink-NavLink"] p span {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
@container (max-width: 25.5rem) {
  [class*="st-key-acts-"] button, [class*="st-key-acts-"] a { padding: 0 .3rem; }
  [class*="st-key-incident-"] a[data-testid="stBaseLinkButton-primary"] p span {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  }
}
.st-key-workspaces { gap: .6rem; }
[class*="st-key-workspace-line-"][class*="stVerticalBlock"] { display: grid; align-items: center; gap: .2rem 1rem;
  grid-template-columns: minmax(0, 1fr) 11rem; padding: .7rem .9rem; }
[class*="st-key-open-workspace-"] button { width: 100%; }
[class*="st-key-open-workspace-"] button p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
[class*="st-key-workspace-line-"] > * { width: auto; min-width: 0; }
.workspace .cells { display: grid; gap: .2rem 1rem; align-items: end;
  grid-template-columns: minmax(0, 2fr) repeat(4, minmax(0, 1fr)); }
.stacked { display: none; }
.stacked summary, .stacked > p { font-size: .88rem; margin: .4rem 0; cursor: pointer; text-decoration: underline; }
.stacked > p { cursor: auto; text-decoration: none; color: light-dark(#565D70, #A6ADBF); }
.stacked [role="listitem"] { border-top: 1px solid light-dark(#DADDE6, #343A4A); padding: .55rem 0; }
.stacked .row-name { margin: 0 0 .15rem; font-weight: 600; overflow-wrap: anywhere; }
.stacked dl { margin: 0; padding: 0; line-height: 1.35; display: grid;
  grid-template-columns: minmax(0, 40%) minmax(0, 1fr); gap: .1rem .6rem;
  font-size: .88rem; }
.stacked dt { color: light-dark(#565D70, #A6ADBF); margin: 0; overflow-wrap: anywhere; }
.stacked dd { margin: 0; overflow-wrap: anywhere; }
.stacked dd:has(img) { grid-column: 1 / -1; }
.stacked img { display: block; width: 100%; height: 2rem; }
@media (max-width: 640px) {
  [data-testid="stMain"] dl { grid-template-columns: fit-content(42%) minmax(0, 1fr) !important; }
  [data-testid="stMain"] dt { overflow-wrap: anywhere; }
  .stacked { display: block; }
  [class*="st-key-workspace-line-"][class*="stVerticalBlock"] { grid-template-columns: minmax(0, 1fr); }
  .workspace .cells { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .workspace .cells h2 { grid-column: 1 / -1; }
  [class*="st-key-wide-"] { display: none !important; }
}
/* Streamlit's own export of a table leaves formulas in its cells; each page offers one that does not. */
[data-testid="stElementToolbar"] button[aria-label^="Download as CSV"] { display: none; }
code.name, code .name { display: inline-block; max-width: 100%; }
.brief { display: -webkit-box; -webkit-box-orient: vertical; overflow: hidden; }
</style>
"""
# Streamlit writes white on the theme's main colour, which in the dark is too light for that. A dialog does not know
# of the page's colour scheme, so that `light-dark` is of no use there.
DARK_STYLE = f"""
<style>
button[data-testid^="stBaseButton-primary"], a[data-testid="stBaseLinkButton-primary"],
a[data-testid="stBaseLinkButton-primary"]:hover {{ color: {DARK.background}; }}
</style>
"""


def use_style() -> None:
    """Adds the rules to the page."""
    st.html(STYLE + (DARK_STYLE if palette() is DARK else ""))
