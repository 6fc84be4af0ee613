"""Whatever part of an answer is missing, for however long: nothing opens, ends or is restated, no number is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.partial_cast import Cell
from tests.partial_worlds import Worlds, check

EXPORT = {"MIXPANEL_COUNT_SOURCE": "export"}
LISTS = [
    *(Cell(kind, "mixpanel.query.events") for kind in ("half_list", "half_days", "zeros", "wrong_length")),
    Cell("half_list", "mixpanel.query.names", core=False),
    Cell("half_list", "mixpanel.export", settings=EXPORT),
    Cell("half_list", "mixpanel.export", core=False),
    Cell("terminated_early", "mixpanel.export", settings=EXPORT),
    *(Cell(kind, "mixpanel.app.schemas", core=False) for kind in ("half_list", "thin_entries")),
    *(Cell(kind, "customerio.campaigns") for kind in ("half_list", "thin_entries")),
    Cell("half_list", "customerio.actions"),
    Cell("thin_entries", "customerio.actions", core=False),
    *(Cell(kind, "customerio.segments", core=False) for kind in ("half_list", "thin_entries")),
    Cell("half_list", "customerio.transactional", core=False),
    Cell("half_list", "customerio.newsletters", core=False),
]  # fmt: skip
SERIES = [
    cell
    for endpoint in ("customerio.metrics", "customerio.journey_metrics")
    for cell in (
        *(Cell(kind, endpoint, at) for kind in ("half_list", "half_days", "zeros", "wrong_length") for at in (1, 2)),
        *(Cell(kind, endpoint) for kind in ("half_days", "zeros", "missing_sent")),
        Cell("not_found", endpoint, 1),
    )
]
OF_MESSAGES = [
    Cell("missing_sent", "customerio.action_metrics", core=False),
    *(
        Cell(kind, f"customerio.{name}_metrics", core=False)
        for name in ("action", "transactional")
        for kind in ("half_list", "half_days", "zeros")
    ),
]


@pytest.mark.slow("partial answers")
@pytest.mark.parametrize("cell", [*LISTS, *SERIES, *OF_MESSAGES], ids=str)
def test_a_part_that_is_missing_changes_nothing_and_is_made_up_for(worlds: Worlds, tmp_path: Path, cell: Cell) -> None:
    check(worlds, tmp_path, cell, cell.mornings)


@pytest.mark.slow("partial answers")
@pytest.mark.parametrize("cell", [Cell("half_list", "mixpanel.query.events")], ids=str)
def test_a_part_that_is_missing_for_one_morning_changes_nothing(worlds: Worlds, tmp_path: Path, cell: Cell) -> None:
    check(worlds, tmp_path, cell, mornings=1)
