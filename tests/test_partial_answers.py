"""Whatever part of an answer is missing, for however long: nothing opens, ends or is restated, no number is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.sandbox.slack.slack_service import SlackSandbox, running_slack
from tests.partial_cast import FIRST_MORNING, JUDGED, NUMBERS, Cell, Office, company, lost

EXPORT = {"MIXPANEL_COUNT_SOURCE": "export"}
METRICS, JOURNEYS, MESSAGES = "customerio.metrics", "customerio.journey_metrics", "customerio.action_metrics"
CELLS = [
    *(Cell(kind, "mixpanel.query.events") for kind in ("half_list", "half_days", "zeros", "wrong_length")),
    Cell("half_list", "mixpanel.query.names", core=False),
    Cell("half_list", "mixpanel.export", settings=EXPORT),
    Cell("half_list", "mixpanel.export", core=False),
    Cell("terminated_early", "mixpanel.export", settings=EXPORT),
    *(Cell(kind, "mixpanel.app.schemas", core=False) for kind in ("half_list", "thin_entries")),
    *(Cell(kind, "customerio.campaigns") for kind in ("half_list", "thin_entries")),
    *(Cell(kind, METRICS, at) for kind in ("half_list", "half_days", "zeros", "wrong_length") for at in (1, 2)),
    *(Cell(kind, METRICS) for kind in ("half_days", "zeros", "missing_sent")),
    *(Cell(kind, JOURNEYS, at) for kind in ("half_list", "half_days", "zeros", "wrong_length") for at in (1, 2)),
    *(Cell(kind, JOURNEYS) for kind in ("half_days", "zeros", "missing_sent")),
    *(Cell(kind, MESSAGES, core=False) for kind in ("half_list", "half_days", "zeros", "missing_sent")),
    Cell("half_list", "customerio.actions"),
    Cell("thin_entries", "customerio.actions", core=False),
    *(Cell(kind, "customerio.segments", core=False) for kind in ("half_list", "thin_entries")),
    *(Cell("not_found", one, 1) for one in (METRICS, JOURNEYS)),
]  # fmt: skip
KEYS = {"event_day": 2, "campaign_day": 2, "journey_day": 2, "message_day": 3}


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


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    with running_sandbox(company(), limits=Limits.unlimited()) as sandbox, running_slack() as slack:
        yield Worlds(tmp_path_factory.mktemp("partial"), sandbox, slack)


def standing(facts: Facts) -> list[tuple[Any, ...]]:
    """Of each incident: campaign, first day, kind, stage, cause, status and recovery."""
    return [(*row[:2], *row[3:8]) for row in facts["incident"]]


def check(worlds: Worlds, folder: Path, cell: Cell, mornings: int) -> None:
    """So many mornings with the part missing, and after each of them what a whole answer makes of it."""
    office = worlds.begun(cell.settings).copied(folder / "data")
    told: list[str] = []
    begun = before = office.facts(NUMBERS | JUDGED)
    for number in range(1, mornings + 1):
        code, messages = office.morning(FIRST_MORNING + number, cell)
        told += messages
        facts, whole = office.facts(NUMBERS | JUDGED), worlds.whole(cell.settings, number)
        for table, keys in KEYS.items():
            assert lost(before[table], facts[table], keys) == []
        assert standing(facts) == standing(whole)
        for row, least, most in zip(facts["incident"], begun["incident"], whole["incident"], strict=True):
            assert least[-3] - 1e-9 <= row[-3] <= most[-3] + 1e-9, "no more missed sends than there are"
        assert code == 1 or facts == whole
        if cell.core and code:
            assert json.loads(office.run("status", "--json").stdout)["unchecked"]
        mended = office.copied(folder / f"mended{number}")
        assert mended.morning(FIRST_MORNING + number + 1) == (0, [])
        made_up, never_partial = mended.facts(NUMBERS | JUDGED), worlds.whole(cell.settings, number + 1)
        for table, rows in never_partial.items():
            assert made_up[table] == rows, table
        before = facts
    assert len(told) == (1 if cell.core else 0)
    assert all("ould not" in message for message in told)


@pytest.mark.slow("partial answers")
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_part_that_is_missing_changes_nothing_and_is_made_up_for(worlds: Worlds, tmp_path: Path, cell: Cell) -> None:
    check(worlds, tmp_path, cell, mornings=3)


QUICK = [Cell("half_list", "mixpanel.query.events")]


@pytest.mark.parametrize("cell", QUICK, ids=str)
def test_a_part_that_is_missing_for_one_morning_changes_nothing(worlds: Worlds, tmp_path: Path, cell: Cell) -> None:
    check(worlds, tmp_path, cell, mornings=1)
