"""The tables of the route in the terminal: names are never cut, and numbers that nobody has are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from campaign_health.cli.terminal.status_view import clean
from campaign_health.words.numbers import count

ALWAYS = {"waiting": "Waiting", "held": "Held", "dead": "Dead", "delivered": "Delivered"}
WHERE_SOME = {"shadowed": "Only in shadow", "suppressed_once": "Had it already", "expired": "Expired"}
COLUMNS = (*ALWAYS, *WHERE_SOME)


def plain_table(texts: Sequence[str], numbers: Sequence[str]) -> Table:
    """A table without lines: columns of text, which wrap, and columns of numbers, which do not."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for title in texts:
        table.add_column(title, overflow="fold", no_wrap=title == "Mode")
    for title in numbers:
        table.add_column(title, justify="right", min_width=max(map(len, title.split())), max_width=9)
    return table


def event_numbers(rows: Sequence[tuple[str, str, str, Mapping[str, int]]]) -> Table:
    """A row an event: of (workspace, event, mode, numbers by column). Workspaces are told where there are several."""
    some = {name: title for name, title in WHERE_SOME.items() if any(of.get(name) for *_, of in rows)}
    is_several = len({workspace for workspace, *_ in rows}) > 1
    titles = [*(["Workspace"] if is_several else []), "Event", "Mode"]
    table = plain_table(titles, [*ALWAYS.values(), *some.values()])
    for workspace, event, mode, of in rows:
        names = [clean(workspace)] if is_several else []
        table.add_row(*names, clean(event), mode, *(count(of.get(name, 0)) for name in (*ALWAYS, *some)))
    return table
