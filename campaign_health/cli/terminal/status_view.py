"""How the overview looks in a terminal; plain text where it is piped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from io import StringIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from campaign_health.state.beside_campaigns import TriggeredState
from campaign_health.state.false_alarms import FalseAlarms
from campaign_health.state.handling import said_of
from campaign_health.state.incident import Incident
from campaign_health.state.not_configured import NotConfigured
from campaign_health.state.overview import Overview
from campaign_health.state.some_lost import MEANING, TITLE, SomeLost
from campaign_health.state.stretch_words import advice_on, seen_line
from campaign_health.state.stretches import Stretch
from campaign_health.state.unchecked import Unchecked
from campaign_health.words.costs import cost_text, missed_text, risk_text
from campaign_health.words.dates import day_text, since_day
from campaign_health.words.lists import joined
from campaign_health.words.numbers import plural
from campaign_health.words.status_words import STATUS_WORDS, cause_label, status_label

_COLOURS = {"silent": "bold red", "event_lost": "bold red", "degraded": "bold yellow"}
_WIDEST = 100


def print_overview(overview: Overview, promised_years: Mapping[str, float]) -> None:
    """Write the overview to standard output, worst first, to be read from the top; last what could not be checked.

    `promised_years` are those in which a campaign may have one false alarm, by workspace.
    """
    print_rendered(lambda console: draw_overview(console, overview, promised_years))


def print_rendered(draw: Callable[[Console], None]) -> None:
    """Let `draw` write to standard output, no wider than is good to read; plain text where it is piped."""
    console = Console(highlight=False)
    console.width = min(console.width, _WIDEST)
    if console.is_terminal:
        draw(console)
        return
    print(_captured(console, draw))


def rendered(draw: Callable[[Console], None]) -> str:
    """What `print_rendered` writes to a file, as text, as wide as is good to read."""
    return _captured(
        Console(highlight=False, width=_WIDEST, file=StringIO(), force_terminal=False, color_system=None), draw
    )


def _captured(console: Console, draw: Callable[[Console], None]) -> str:
    with console.capture() as captured:
        draw(console)
    # Grids pad every line to their width, which nobody wants in a file.
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def draw_overview(console: Console, overview: Overview, promised_years: Mapping[str, float]) -> None:
    """Draw what `print_overview` writes."""
    console.print(Text(clean(overview.sentence), style="bold"))
    for text in overview.stale:
        console.print(Text(f"! {clean(text)}", style="yellow"))
    several = len(overview.workspaces) > 1
    for item in overview.standing.broken:
        console.print()
        console.print(incident_block(item, several))
    _print_beside(console, overview.broken_beside, several)
    _print_quiet(console, "Muted", overview.standing.muted)
    _print_quiet(console, "Not counted as broken", overview.standing.intended)
    _print_worth_a_look(console, overview.worth_a_look, overview.some_lost)
    _print_unchecked(console, overview.unchecked, several)
    if overview.campaigns:
        console.print()
        console.print(Text(overview.coverage, style="dim"))
        _print_false_alarms(console, overview.false_alarms, promised_years, several)
    if not overview.campaigns and not overview.stale:
        console.print("Nothing was judged yet. Run `campaign-health collect`, then `campaign-health judge`.")
    print_not_configured(console, overview.not_configured)


def clean(text: str) -> str:
    """The text without control characters: names come from outside and must not move the cursor."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def incident_block(item: Incident, several: bool) -> Table:
    """An incident with its heading: what is seen, why, what it costs, what to do; `several` workspaces are named."""
    table = Table.grid(padding=(0, 1), expand=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    heading = Text()
    heading.append(clean(item.campaign), style="bold")
    if several:
        heading.append(f"  ({clean(item.workspace)})", style="dim")
    since = since_day(item.opened_on, item.last_day, never_otherwise=item.never_otherwise)
    since += f", {plural(item.days, 'day')}"
    heading.append(f"  {status_label(item.kind).lower()} since {since}", style="default")
    table.add_row(Text(STATUS_WORDS[item.kind].shape, style=_COLOURS.get(item.kind, "bold")), heading)
    for label, text in _lines(item):
        row = Table.grid(padding=(0, 1))
        row.add_column(width=5, style="dim")
        row.add_column(overflow="fold")
        row.add_row(label, Text(clean(text)))
        table.add_row("", row)
    return table


def _lines(item: Incident) -> Iterable[tuple[str, str]]:
    yield "Seen", item.summary
    if item.is_of_source:
        yield "Which", joined(item.campaigns)
    label = cause_label(item.cause)
    yield "Why", f"{label}. {item.why}" if item.why else f"{label}."
    if cost := _cost(item):
        yield "Cost", cost
    if item.next_step:
        yield "Do", item.next_step
    if said := said_of(item, item.last_day + timedelta(days=1)):
        yield "State", ". ".join(said) + "."
    if item.owner:
        yield "Who", item.owner


def _cost(item: Incident) -> str:
    missed, at_risk = item.missed_range or (None,), item.risk_range or (None,)
    return cost_text(missed_text(*missed), risk_text(*at_risk, currency=item.currency, a_week=item.risk_a_week))


def _print_quiet(console: Console, title: str, items: Sequence[Incident]) -> None:
    if not items:
        return
    console.print()
    console.print(Text(title, style="bold"))
    for item in items:
        today = item.last_day
        said = ". ".join(said_of(item, today))
        console.print(Text(clean(f"{_since(item.kind, item.campaign, item.opened_on, today)}. {said}.")))


def _print_beside(console: Console, broken: Sequence[TriggeredState], several: bool) -> None:
    for item in broken:
        whose = f" ({item.workspace})" if several else ""
        console.print()
        console.print(Text(clean(f"{STATUS_WORDS[item.status].shape} {item.title}{whose}"), style="bold"))
        console.print(Padding(Text(clean(item.sentence)), (0, 0, 0, 2)))
        if item.owner:
            console.print(Padding(Text(clean(f"Who {item.owner}")), (0, 0, 0, 2)))


def _print_worth_a_look(console: Console, notable: Sequence[Stretch], lossy: Sequence[SomeLost]) -> None:
    if not notable and not lossy:
        return
    console.print()
    console.print(Text("Worth a look", style="bold"))
    for item in notable:
        heading = _since(item.status, item.campaign, item.since, item.day)
        meaning, _ = advice_on(item)
        console.print(Padding(Text(clean(f"{heading}. {seen_line(item, item.day)} {meaning}")), 0))
    for lost in lossy:
        console.print(Text(clean(f"◒ {lost.campaign}, {TITLE}. {lost.sentence} {MEANING}")))


def _print_unchecked(console: Console, unknown: Sequence[Unchecked], several: bool) -> None:
    if not unknown:
        return
    console.print()
    console.print(Text("Could not check", style="bold"))
    for item in unknown:
        whose = f" ({item.workspace})" if several else ""
        when = f", {item.when}" if item.when else ""
        line = f"{STATUS_WORDS['not_collected'].shape} {item.title}{whose}{when}: {item.said}"
        console.print(Text(clean(line)))
        if item.details:
            console.print(Padding(Text(clean(f"Details: {item.details}"), style="dim"), (0, 0, 0, 2)))


def _print_false_alarms(
    console: Console, found: Sequence[FalseAlarms], promised_years: Mapping[str, float], several: bool
) -> None:
    for one in found:
        if one.workspace in promised_years:
            whose = f"{one.workspace}: " if several else ""
            console.print(Text(clean(f"{whose}{one.sentence(promised_years[one.workspace])}"), style="dim"))


def print_not_configured(console: Console, found: Sequence[NotConfigured]) -> None:
    """Write which workspaces are held and not configured, and what to do about each."""
    for item in found:
        console.print()
        console.print(Text(clean(item.said)))
        console.print(Text(clean(item.cure)))


def _since(status: str, campaign: str, since: date, today: date) -> str:
    words = STATUS_WORDS[status]
    return f"{words.shape} {campaign}, {words.label.lower()} since {day_text(since, today)}"
