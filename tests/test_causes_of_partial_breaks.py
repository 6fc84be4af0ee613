"""A steady missing part is told as part of the traffic, one that comes and goes is not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.causes_cast import SINCE, case, drift, headline, numbers, rename


def test_one_platform_under_a_new_name_is_part_of_the_traffic() -> None:
    part = rename(complete=False, partial=True, moved_share=0.34, volume_handed_over=0.98)
    cause = headline(case(kind="degraded", stage="event", numbers=numbers(events=80, started=79), renames=[part]))
    assert cause.cause == "part_of_traffic_broke"
    assert "`project_created`" in cause.sentence
    assert "34 %" in cause.sentence


def test_a_property_that_a_third_lost_is_part_of_the_traffic() -> None:
    broken = case(
        kind="degraded",
        stage="activated",
        numbers=numbers(activated=66, never_activated=52, created=66, sent=65),
        property_changes=[drift("missing", property="export_format", after=None, share_after=0.66)],
    )
    cause = headline(broken)
    assert cause.cause == "part_of_traffic_broke"
    assert "34 % of `project.created` comes without `export_format`" in cause.sentence


def test_a_part_that_sends_another_name_is_told_with_that_name() -> None:
    change = drift("missing", property="export_format", after=None, share_after=0.66, new_property="exportFormat")
    left = numbers(activated=66, never_activated=52, created=66, sent=65)
    cause = headline(case(kind="degraded", stage="activated", numbers=left, property_changes=[change]))
    assert cause.cause == "part_of_traffic_broke"
    assert "`exportFormat` began at the same time and looks like its new name." in cause.sentence
    assert "let what uses `export_format` accept `exportFormat`, too" in cause.next_step


def test_a_share_that_comes_and_goes_is_no_part_of_the_traffic() -> None:
    fields = {"kind": "degraded", "stage": "started", "messages": None}
    steady = case(**fields, numbers=numbers(started=60, activated=51, created=51, sent=50))
    assert headline(steady).cause == "part_of_traffic_broke"
    wavering = numbers()
    for name in ("started", "activated", "created", "sent"):
        since = wavering.index >= pd.Timestamp(SINCE)
        wavering.loc[since, name] = np.round(wavering.loc[since, name] * [0.1, 0.9, 0.2, 0.95, 0.1, 0.9, 0.2])
    assert headline(case(**fields, numbers=wavering)).cause != "part_of_traffic_broke"


def test_a_part_of_the_events_that_comes_and_goes_is_no_part_of_the_traffic() -> None:
    fields = {"kind": "degraded", "stage": "event", "messages": None}
    half = {"started": 59, "activated": 50, "created": 50, "sent": 49}
    assert headline(case(**fields, numbers=numbers(events=60, **half))).cause == "part_of_traffic_broke"
    wavering = numbers(**half)
    wavering.loc[wavering.index >= pd.Timestamp(SINCE), "events"] = [10, 110, 20, 115, 10, 110, 20]
    assert headline(case(**fields, numbers=wavering)).cause != "part_of_traffic_broke"


def test_a_steady_missing_part_looks_like_one_platform() -> None:
    broken = case(kind="degraded", stage="started", numbers=numbers(started=78, activated=66, created=66, sent=65))
    cause = headline(broken)
    assert cause.cause == "part_of_traffic_broke"
    assert "34 %" in cause.sentence
