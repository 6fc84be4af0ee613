"""The chain from event to conversion on one day, as a funnel that names the broken stage."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from campaign_health.dashboard.figures.layout import with_look
from campaign_health.dashboard.look.theme import Palette
from campaign_health.words.lists import joined
from campaign_health.words.numbers import count, unbroken_share

STEPS = (
    ("events", "Events"),
    ("started", "Journeys started"),
    ("activated", "Journeys activated"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("opened", "Opened"),
    ("clicked", "Clicked"),
    ("converted", "Converted"),
)
# What still comes in for some days after a message was sent.
GROWING = ("delivered", "opened", "clicked", "converted")
# The column at which a stage of the verdict shows.
STAGE_COLUMN = {
    "event": "events",
    "started": "started",
    "activated": "activated",
    "sent": "sent",
    "delivered": "delivered",
}


@dataclass(frozen=True)
class Step:
    """One step of the chain: its number (None where not collected), whether the chain broke there, and whether the
    number still grows.
    """

    label: str
    number: float | None
    is_broken: bool
    is_growing: bool = False

    @property
    def text(self) -> str:
        """The number as it is read."""
        if self.number is None:
            return "not collected"
        return f"{count(self.number)}{' so far' if self.is_growing else ''}"


def chain_steps(day: pd.Series, stage: str | None) -> list[Step]:
    """The steps of one day (a row with the columns of STEPS and engagement_state); `stage` is the broken stage."""
    broken = STAGE_COLUMN.get(stage or "")
    # Of messages that were not sent, nothing more will come.
    is_early = day.get("engagement_state") == "provisional" and bool(day["sent"] > 0)
    steps = []
    for column, label in STEPS:
        value = day.get(column)
        is_growing = column in GROWING and is_early
        steps.append(Step(label, None if pd.isna(value) else float(value), column == broken, is_growing))
    return steps


def chain_figure(steps: list[Step], colours: Palette) -> go.Figure:
    """Bars from top to bottom; the broken step in another colour and marked with a word."""
    labels = [step.label for step in steps]
    numbers = [step.number or 0.0 for step in steps]
    texts = [f"{step.text}{'  ◀ broken here' if step.is_broken else ''}" for step in steps]
    figure = go.Figure(
        go.Bar(
            y=labels, x=numbers, orientation="h", text=texts, textposition="outside", cliponaxis=False,
            marker={"color": [colours.bad[0] if step.is_broken else colours.sends for step in steps]},
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(visible=False, range=[0, max([*numbers, 1]) * 1.25])
    return with_look(figure, colours, height=300).update_layout(hovermode="closest", margin={"t": 8})


def chain_table(steps: list[Step]) -> pd.DataFrame:
    """The chain as a table: each step's number (empty where not collected) and its share of the step before."""
    numbers = [step.number for step in steps]
    before = [None, *numbers[:-1]]
    shares = [
        number / last if number is not None and last else None for number, last in zip(numbers, before, strict=True)
    ]
    return pd.DataFrame(
        {
            "Step": [step.label for step in steps],
            "Number": [None if number is None else round(number) for number in numbers],
            "Of the step before": ["–" if share is None else unbroken_share(share) for share in shares],
            "Still growing": ["yes" if step.is_growing else "" for step in steps],
            "Broken": ["◀ here" if step.is_broken else "" for step in steps],
        }
    )


def chain_text(steps: list[Step]) -> str:
    """The chain in one sentence."""
    missing = [step.label.lower() for step in steps if step.number is None]
    done = [_step_text(step, step.number) for step in steps if not step.is_growing and step.number is not None]
    done += [f"not collected: {joined(missing)}"] if missing else []
    growing = [_step_text(step, step.number) for step in steps if step.is_growing and step.number is not None]
    broken = next((step.label.lower() for step in steps if step.is_broken), None)
    text = "; ".join(done) + "."
    if growing:
        text += f" So far, still growing: {'; '.join(growing)}."
    return f"{text} The chain breaks at: {broken}." if broken else text


def _step_text(step: Step, number: float) -> str:
    return f"{count(number)} {step.label.lower()}"
