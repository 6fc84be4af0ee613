"""Mornings with a part of an answer missing, and what must be the same as in a world that was never partial."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.sandbox.slack.slack_service import SlackSandbox, running_slack
from tests.partial_cast import FIRST_MORNING, JUDGED, NUMBERS, Cell, Office, company, lost

KEYS = {"event_day": 2, "campaign_day": 2, "journey_day": 2, "message_day": 3, "api_triggered_day": 3}


Facts = dict[str, list[tuple[Any, ...]]]


class Worlds:
    """Offices on their first morning, and what is known on each later one where every answer is whole."""

    def __init__(self, folder: Path, sandbox: Sandbox, slack: SlackSandbox) -> None:
        self._folder, self._sandbox, self._slack = folder, sandbox, slack
        self._begun: dict[str, tuple[Office, Office, list[Facts]]] = {}

    def begun(self, settings: dict[str, str]) -> Office:
        """The office after its first morning."""
        return self._of(settings)[0]

    def whole(self, settings: dict[str, str], mornings: int) -> Facts:
        """What is known so many mornings after the first where every answer was whole."""
        _, other, facts = self._of(settings)
        while len(facts) <= mornings:
            assert other.morning(FIRST_MORNING + len(facts)) == (0, [])
            facts.append(other.facts(NUMBERS | JUDGED))
        return facts[mornings]

    def _of(self, settings: dict[str, str]) -> tuple[Office, Office, list[Facts]]:
        name = json.dumps(settings)
        if name not in self._begun:
            place = len(self._begun)
            office = Office(self._sandbox, self._slack, self._folder / f"begun{place}", settings)
            assert office.morning(FIRST_MORNING)[0] == 0
            facts = office.facts(NUMBERS | JUDGED)
            assert [(row[0], row[3]) for row in facts["incident"]] == [(2, "silent"), (3, "event_lost")]
            self._begun[name] = office, office.copied(self._folder / f"whole{place}"), [facts]
        return self._begun[name]


@contextmanager
def running_worlds(folder: Path) -> Iterator[Worlds]:
    """The worlds, with the services that they ask."""
    with running_sandbox(company(), limits=Limits.unlimited()) as sandbox, running_slack() as slack:
        yield Worlds(folder, sandbox, slack)


def standing(facts: Facts) -> list[tuple[Any, ...]]:
    """Of each incident: campaign, first day, kind, stage, cause, status and recovery."""
    return [(*row[:2], *row[3:8]) for row in facts["incident"]]


def check(worlds: Worlds, folder: Path, missing: tuple[Cell, ...], mornings: int) -> None:
    """So many mornings with the parts missing, and after each of them what a whole answer makes of it."""
    settings, is_core = missing[0].settings, any(cell.core for cell in missing)
    office = worlds.begun(settings).copied(folder / "data")
    told: list[str] = []
    begun = before = office.facts(NUMBERS | JUDGED)
    for number in range(1, mornings + 1):
        code, messages = office.morning(FIRST_MORNING + number, *missing)
        told += messages
        facts, whole = office.facts(NUMBERS | JUDGED), worlds.whole(settings, number)
        for table, keys in KEYS.items():
            assert lost(before[table], facts[table], keys) == []
        assert standing(facts) == standing(whole)
        for row, least, most in zip(facts["incident"], begun["incident"], whole["incident"], strict=True):
            assert least[-3] - 1e-9 <= row[-3] <= most[-3] + 1e-9, "no more missed sends than there are"
        assert code == 1 or facts == whole
        if is_core and code:
            assert json.loads(office.run("status", "--json").stdout)["unchecked"]
        before = facts
    assert office.morning(FIRST_MORNING + mornings + 1) == (0, [])
    made_up, never_partial = office.facts(NUMBERS | JUDGED), worlds.whole(settings, mornings + 1)
    for table, rows in never_partial.items():
        assert made_up[table] == rows, table
    assert len(told) == (1 if is_core else 0)
    assert all("ould not" in message for message in told)
