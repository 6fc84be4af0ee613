"""Whatever part of a series of journeys is missing, for however long: no number is lost, nothing is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.partial_cast import Cell
from tests.partial_worlds import Worlds, check

SERIES = "customerio.journey_metrics"
CELLS = [
    *(Cell(kind, SERIES, at) for kind in ("half_list", "half_days", "zeros", "wrong_length") for at in (1, 2)),
    *(Cell(kind, SERIES) for kind in ("half_days", "zeros", "missing_sent")),
    Cell("not_found", SERIES, 1),
]  # fmt: skip


@pytest.mark.slow("partial answers")
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_part_that_is_missing_changes_nothing_and_is_made_up_for(worlds: Worlds, tmp_path: Path, cell: Cell) -> None:
    check(worlds, tmp_path, cell, cell.mornings)
