"""An export that is cut off, whichever way: whole or not collected, never counted in part."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from campaign_health.sandbox.server import Sandbox
from collectors.errors import ExportCutOff
from collectors.mixpanel import CountedBatch, WindowFailed, fetch_exported_counts, fetch_property_profiles
from tests.collectors_cast import sandbox_mixpanel
from tests.collectors_faults_cast import LAST, ZONE, patience_with
from tests.sandbox_cast import FIRST


@pytest.mark.slow("faults")
@pytest.mark.parametrize("kind", ["terminated_early", "cut", "cut_gzip", "stall", "strange_shape", "html"])
@pytest.mark.parametrize("lasting", [False, True])
def test_an_export_window_is_whole_or_not_collected(sandbox: Sandbox, kind: str, lasting: bool) -> None:
    client = sandbox_mixpanel(sandbox, patience_with(kind))
    first = FIRST + timedelta(days=20)
    clean = exported(client, first, sandbox)
    sandbox.forget_requests()
    sandbox.fail(kind, endpoint="mixpanel.export", at=5, times=None if lasting else 1)
    broken = exported(client, first, sandbox)
    missing = set(clean) - set(broken)
    assert {day: broken[day] for day in broken} == {day: clean[day] for day in broken}, "what is there is right"
    if lasting or kind == "html":
        assert 1 <= len(missing) <= 2, "the local days that the window has a part of"
    else:
        assert not missing


def exported(client: Any, first: date, sandbox: Sandbox) -> dict[date, dict[str, int]]:
    """Exported counts by day and event; a day that could not be read is not there."""
    days: dict[date, dict[str, int]] = {}
    for batch in fetch_exported_counts(client, first, LAST, ZONE, sandbox.now):
        if isinstance(batch, WindowFailed):
            assert "Mixpanel" in batch.reason
            continue
        assert isinstance(batch, CountedBatch)
        for i in range((batch.last_day - batch.first_day).days + 1):
            day = batch.first_day + timedelta(days=i)
            days[day] = {one.event: one.counts[day] for one in batch.counts if day in one.counts}
    return days


@pytest.mark.parametrize("kind", ["terminated_early", "cut", "cut_gzip"])
def test_a_property_profile_is_whole_or_an_error(sandbox: Sandbox, kind: str) -> None:
    client = sandbox_mixpanel(sandbox, patience_with(kind))
    clean = fetch_property_profiles(client, ["invite_sent"], LAST, ZONE, sandbox.now)
    sandbox.forget_requests()
    sandbox.fail(kind, endpoint="mixpanel.export", at=1, times=1)
    assert fetch_property_profiles(client, ["invite_sent"], LAST, ZONE, sandbox.now) == clean
    sandbox.forget_requests()
    sandbox.fail(kind, endpoint="mixpanel.export", at="every", times=None)
    with pytest.raises(ExportCutOff):
        fetch_property_profiles(client, ["invite_sent"], LAST, ZONE, sandbox.now)
