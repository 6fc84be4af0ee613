"""Whatever part of an answer is missing, for however long: nothing opens, ends or is restated, no number is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.partial_cast import Cell, together
from tests.partial_worlds import Worlds, check

EXPORT = {"MIXPANEL_COUNT_SOURCE": "export"}
LISTS = [
    *((Cell(kind, "mixpanel.query.events"),) for kind in ("half_list", "half_days", "zeros", "wrong_length")),
    (Cell("half_list", "mixpanel.export", settings=EXPORT),),
    (Cell("terminated_early", "mixpanel.export", settings=EXPORT),),
    *((Cell(kind, "customerio.campaigns"),) for kind in ("half_list", "thin_entries")),
    (Cell("half_list", "customerio.actions"),),
]
# Each for one campaign and for another at once, and the other way round.
SERIES = [
    *(
        (Cell(kind, "customerio.metrics", one), Cell(kind, "customerio.journey_metrics", other))
        for kind in ("half_list", "half_days", "zeros", "wrong_length")
        for one, other in ((1, 2), (2, 1))
    ),
    *(
        (Cell(kind, f"customerio.{name}"),)
        for name in ("metrics", "journey_metrics")
        for kind in ("half_days", "zeros", "missing_sent")
    ),
    *((Cell("not_found", f"customerio.{name}", 1),) for name in ("metrics", "journey_metrics")),
]
# What no campaign is judged by; each is another source, so that many can be missing on one morning.
BESIDE = [
    tuple(
        Cell("half_list", endpoint, core=False)
        for endpoint in (
            "mixpanel.query.names",
            "mixpanel.export",
            "mixpanel.app.schemas",
            "customerio.segments",
            "customerio.action_metrics",
            "customerio.transactional_metrics",
        )
    ),
    tuple(Cell("half_list", f"customerio.{name}", core=False) for name in ("transactional", "newsletters")),
    tuple(
        Cell("thin_entries", endpoint, core=False)
        for endpoint in ("mixpanel.app.schemas", "customerio.actions", "customerio.segments")
    ),
    *(
        (
            Cell(of_actions, "customerio.action_metrics", core=False),
            Cell(of_transactional, "customerio.transactional_metrics", core=False),
        )
        for of_actions, of_transactional in (("half_days", "zeros"), ("zeros", "half_days"))
    ),
    (Cell("missing_sent", "customerio.action_metrics", core=False),),
]


@pytest.mark.slow("partial answers")
@pytest.mark.parametrize("missing", [*LISTS, *SERIES, *BESIDE], ids=together)
def test_a_part_that_is_missing_changes_nothing_and_is_made_up_for(
    worlds: Worlds, tmp_path: Path, missing: tuple[Cell, ...]
) -> None:
    check(worlds, tmp_path, missing, missing[0].mornings)


@pytest.mark.slow("partial answers")
def test_a_part_that_is_missing_for_one_morning_changes_nothing(worlds: Worlds, tmp_path: Path) -> None:
    check(worlds, tmp_path, (Cell("half_list", "mixpanel.query.events"),), mornings=1)
