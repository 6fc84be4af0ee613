"""Workspaces that are held and that the settings no longer name.

Nothing is collected for them, so their data is old on purpose, and what became of their open incidents is not known:
they are neither broken nor recovered. Everybody who tells of the state of things leaves them out and says this.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from campaign_health.words.dates import days_text
from campaign_health.words.numbers import plural
from campaign_health.words.visible import visible
from storage.connection import Connection
from storage.read.workspaces import WorkspaceHolding, read_holdings, workspaces

_NAME_LENGTH = 60


@dataclass(frozen=True)
class NotConfigured:
    """A workspace that is held and not configured.

    `new_name` is the one configured workspace that it can be the history of; None where that is not clear.
    """

    held: WorkspaceHolding
    new_name: str | None = None

    @property
    def said(self) -> str:
        """What is held, in words, and what is not known of it."""
        name = visible(self.held.workspace, _NAME_LENGTH)
        return f"{name} is held but not configured: {held_text(self.held)}.{self._open()}"

    @property
    def cure(self) -> str:
        """The two ways to end it."""
        name, new = shlex.quote(self.held.workspace), shlex.quote(self.new_name or "NEW")
        return (
            f"To go on with its history under a configured name: `campaign-health workspace rename {name} {new}`; "
            f"to delete it: `campaign-health workspace remove {name}`."
        )

    def _open(self) -> str:
        number = self.held.open_incidents
        if not number:
            return ""
        were, them = ("was", "it is") if number == 1 else ("were", "they are")
        return (
            f" {plural(number, 'incident')} {were} open when it was last judged; what became of that is not known, "
            f"so {them} not counted."
        )


def held_text(held: WorkspaceHolding) -> str:
    """What is held of a workspace: its days, campaigns and rows."""
    days = plural(held.days, "day")
    if held.first_day is not None and held.last_day is not None:
        days += f" ({days_text(held.first_day, held.last_day)})"
    return f"{days}, {plural(held.campaigns, 'campaign')}, {plural(held.rows, 'row')}"


def read_not_configured(connection: Connection, configured: Sequence[str] | None) -> tuple[NotConfigured, ...]:
    """Every workspace that is held and not among the `configured`, by name; none where it is not known which are."""
    if configured is None:
        return ()
    known = workspaces(connection)
    others = [name for name in known if name not in configured]
    if not others:
        return ()
    empty = [name for name in configured if name not in known]
    new_name = empty[0] if len(empty) == len(others) == 1 else None
    return tuple(NotConfigured(held, new_name) for held in read_holdings(connection, others))
