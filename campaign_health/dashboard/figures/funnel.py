"""The chain from event to conversion on one day beside what it usually is, as bars that name the broken stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from campaign_health.dashboard.figures.layout import with_look
from campaign_health.dashboard.look.theme import Palette
from campaign_health.words.lists import joined
from campaign_health.words.numbers import count, unbroken, unbroken_share

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
COLUMNS = tuple(column for column, _ in STEPS)
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
# Of fewer, a change in per cent says nothing.
LEAST_FOR_A_SHARE = 5
_BAR, _ROOM = 30, 62
# Pixels: the width left for bars and texts on a phone, and of a usual sign of a text.
_PHONE_WIDTH, _SIGN_WIDTH = 240, 5.8


@dataclass(frozen=True)
class Step:
    """One step of the chain: its number (None where not collected), whether the chain broke there, whether the number
    still grows, and what it usually is (None where that is not known).
    """

    label: str
    number: float | None
    is_broken: bool
    is_growing: bool = False
    usual: float | None = None

    @property
    def text(self) -> str:
        """The number as it is read."""
        if self.number is None:
            return "not collected"
        return f"{count(self.number)}{' so far' if self.is_growing else ''}"

    @property
    def change(self) -> float | None:
        """By which share it differs from what is usual: -0.25 is a quarter less; None where that says nothing."""
        if self.number is None or self.is_growing or self.usual is None or self.usual < LEAST_FOR_A_SHARE:
            return None
        return self.number / self.usual - 1

    @property
    def compared(self) -> str:
        """What is usual and by how much it differs, `usually 60, -13 %`; empty where nothing is known of it."""
        if self.usual is None:
            return ""
        return f"usually {count(self.usual)}{f', {change_text(self.change)}' if self.change is not None else ''}"


def change_text(change: float) -> str:
    """A change in per cent: `+3 %`, `−100 %`; `no change` below half of one."""
    percent = round(100 * change)
    if percent == 0:
        return "no change"
    return unbroken(f"{'+' if percent > 0 else '−'}{abs(percent):,} %")


def chain_steps(day: pd.Series, stage: str | None, usual: Mapping[str, float] | None = None) -> list[Step]:
    """The steps of one day (a row with the columns of STEPS and engagement_state); `stage` is the broken stage, `usual`
    what the columns usually are.
    """
    broken = STAGE_COLUMN.get(stage or "")
    # Of messages that were not sent, nothing more will come.
    is_early = day.get("engagement_state") == "provisional" and bool(day["sent"] > 0)
    steps = []
    for column, label in STEPS:
        value = day.get(column)
        is_growing = column in GROWING and is_early
        number = None if pd.isna(value) else float(value)
        steps.append(Step(label, number, column == broken, is_growing, (usual or {}).get(column)))
    return steps


def steps_worth_drawing(steps: Sequence[Step]) -> list[Step]:
    """The steps with something to see: a number, or one that is usual, or the break. Where nothing was sent, nothing
    after that is.
    """
    last = next((place for place, step in enumerate(steps) if step.label == "Sent" and step.number == 0), len(steps))
    return [step for step in steps[: last + 1] if step.number or step.usual or step.is_broken]


def chain_figure(steps: Sequence[Step], colours: Palette, name: str) -> go.Figure:
    """Bars from top to bottom, what is usual as a frame around each; the broken step in another colour and marked with
    a word. `name` is the day's.
    """
    labels = [step.label for step in steps]
    numbers = [step.number or 0.0 for step in steps]
    usual = [step.usual or 0.0 for step in steps]
    ends = [max(pair) for pair in zip(numbers, usual, strict=True)]
    texts = [" · ".join(part for part in (step.text, step.compared) if part) for step in steps]
    reach = _reach(ends, texts)
    texts = [f"{text}{'<br> ◀ broken here' if step.is_broken else ''}" for text, step in zip(texts, steps, strict=True)]
    figure = go.Figure()
    if any(usual):
        figure.add_bar(
            y=labels, x=usual, orientation="h", width=0.78, name="Usual", hoverinfo="skip",
            marker={"color": "rgba(0,0,0,0)", "line": {"color": colours.muted, "width": 1}},
        )  # fmt: skip
    for is_broken, called, colour in ((False, name, colours.sends), (True, "Broken here", colours.bad[0])):
        found = [step for step in steps if step.is_broken is is_broken]
        if found:
            figure.add_bar(
                y=[step.label for step in found], x=[step.number or 0.0 for step in found], orientation="h", width=0.5,
                name=called, hoverinfo="skip", marker={"color": colour},
            )  # fmt: skip
    # Text of its own, behind the longer of the two bars.
    figure.add_scatter(
        y=labels, x=ends, mode="text", text=[f" {text}" for text in texts], textposition="middle right",
        cliponaxis=False, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    figure.update_xaxes(visible=False, range=[0, reach])
    with_look(figure, colours, height=_ROOM + _BAR * len(steps))
    # Traces bring their categories in an order of their own.
    figure.update_yaxes(autorange="reversed", showgrid=False, categoryorder="array", categoryarray=labels)
    return figure.update_layout(barmode="overlay", hovermode=False, legend={"traceorder": "normal"})


def _reach(ends: Sequence[float], texts: Sequence[str]) -> float:
    """The number at the right edge: so large that behind each bar its text has room on a phone, too."""
    shares = [min(0.75, (len(text) + 1) * _SIGN_WIDTH / _PHONE_WIDTH) for text in texts]
    return max([1.0, *(end / (1 - share) for end, share in zip(ends, shares, strict=True))])


def chain_table(steps: Sequence[Step]) -> pd.DataFrame:
    """The chain as a table: each step's number (empty where not collected), what is usual, its share of the step
    before.
    """
    numbers = [step.number for step in steps]
    before = [None, *numbers[:-1]]
    shares = [
        number / last if number is not None and last else None for number, last in zip(numbers, before, strict=True)
    ]
    return pd.DataFrame(
        {
            "Step": [step.label for step in steps],
            "Number": [None if number is None else round(number) for number in numbers],
            "Usual": [None if step.usual is None else round(step.usual) for step in steps],
            "Change": ["–" if step.change is None else change_text(step.change) for step in steps],
            "Of the step before": ["–" if share is None else unbroken_share(share) for share in shares],
            "Still growing": ["yes" if step.is_growing else "" for step in steps],
            "Broken": ["◀ here" if step.is_broken else "" for step in steps],
        }
    )


def chain_text(steps: Sequence[Step]) -> str:
    """The chain in one sentence; of the steps after one that sent nothing, nothing."""
    sent = next((place for place, step in enumerate(steps) if step.label == "Sent"), len(steps))
    is_nothing_sent = sent < len(steps) and steps[sent].number == 0
    told = steps[: sent + 1] if is_nothing_sent else steps
    missing = [step.label.lower() for step in told if step.number is None]
    done = [_step_text(step, step.number) for step in told if not step.is_growing and step.number is not None]
    done += [f"not collected: {joined(missing)}"] if missing else []
    growing = [_step_text(step, step.number) for step in told if step.is_growing and step.number is not None]
    broken = next((step.label.lower() for step in steps if step.is_broken), None)
    text = "; ".join(done) + "."
    if growing:
        text += f" So far, still growing: {'; '.join(growing)}."
    return f"{text} The chain breaks at: {broken}." if broken else text


def _step_text(step: Step, number: float) -> str:
    return f"{count(number)} {step.label.lower()}{f' ({step.compared})' if step.compared else ''}"
