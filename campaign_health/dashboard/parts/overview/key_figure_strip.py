"""The strip of figures on top of the overview. Chosen, each filters what is below; the choice stands in the address."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.parts.cost_words import RISK_MEANING
from campaign_health.state.key_figures import FIGURES, Figure, KeyFigures, key_figures
from campaign_health.state.overview import Overview
from campaign_health.words.currency import money
from campaign_health.words.numbers import count, plural

PARAMETER = "show"
NAMES: dict[Figure, str] = {
    "risk": "At risk a week",
    "missed": "Missed sends",
    "broken": "Broken",
    "worked_on": "Being worked on",
    "unchecked": "Data fresh at",
}
MEANINGS: dict[Figure, str] = {
    "risk": f"{RISK_MEANING} More on the page Help. Chosen: only what costs money, or has no deal value set.",
    "missed": "Sends that should have been made since each incident began, all of them together. "
    "Chosen: only what misses sends.",
    "broken": "Campaigns that are silent, have lost their event or are losing sends. Chosen: only those.",
    "worked_on": "Broken campaigns that somebody is on. Chosen: only those.",
    "unchecked": "When the sources were last asked. Chosen: only campaigns that could not be checked.",
}

_OF: dict[Figure, str] = {
    "risk": "at risk",
    "missed": "missing sends",
    "broken": "broken",
    "worked_on": "being worked on",
    "unchecked": "could not be checked",
}


def chosen_figure() -> Figure | None:
    """The figure that the address names; None where it names none that there is."""
    asked = st.query_params.get(PARAMETER)
    return next((figure for figure in FIGURES if figure == asked), None)


def draw_key_figures(overview: Overview) -> Figure | None:
    """Draws the strip and gives back the chosen figure, if one is."""
    figures = key_figures(overview)
    chosen = chosen_figure()
    values = figure_values(figures, overview.fresh)
    with st.container(key="figures"):
        for figure in FIGURES:
            st.button(
                f"**{in_markdown(values[figure])}** {in_markdown(_name(figure, figures))}",
                key=f"figure-{figure}",
                help=MEANINGS[figure],
                type="primary" if figure == chosen else "secondary",
                on_click=_turn(figure, chosen),
                disabled=not _has_any(figures, figure) and figure != chosen,
            )
    return chosen


def figure_values(figures: KeyFigures, fresh: str | None) -> dict[Figure, str]:
    """Each figure as it is written; `fresh` is when the sources were last asked."""
    sums = " + ".join(money(amount, currency) for currency, amount in figures.risk.sums.items())
    unknown = "not known" if figures.risk.unpriced or figures.broken else "0"
    return {
        "risk": sums or unknown,
        "missed": "not known" if figures.missed_sends is None and figures.broken else count(figures.missed_sends or 0),
        "broken": count(figures.broken),
        "worked_on": count(figures.worked_on),
        "unchecked": (fresh or "never").removeprefix("today at "),
    }


def _name(figure: Figure, figures: KeyFigures) -> str:
    if figure == "unchecked" and figures.unchecked:
        return f"{NAMES[figure]} · {count(figures.unchecked)} could not be checked"
    return NAMES[figure]


def _has_any(figures: KeyFigures, figure: Figure) -> bool:
    return bool(
        {
            "risk": figures.risk.sums or figures.risk.unpriced,
            "missed": figures.missed_sends,
            "broken": figures.broken,
            "worked_on": figures.worked_on,
            "unchecked": figures.unchecked,
        }[figure]
    )


def _turn(figure: Figure, chosen: Figure | None) -> Callable[[], None]:
    def turn() -> None:
        if figure == chosen:
            del st.query_params[PARAMETER]
        else:
            st.query_params[PARAMETER] = figure

    return turn


def said_of_choice(shown: int, campaigns: int, figure: Figure | None) -> str:
    """What the filters leave, in words."""
    said = f"{count(shown)} of {plural(campaigns, 'campaign')}"
    if figure is None:
        return f"{said}."
    return f"{said}: {_OF[figure]}. Choose the figure again to see all."
