"""Trigger events that the code was asked for and does not hold: nothing checked is not clean."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_health.check.findings import Coverage, Finding
from campaign_health.check.labels import labels, stopped
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.manifest.manifest_reading import ReadManifest
from campaign_health.manifest.problems import Failure

_CURE = "Say which functions send them (`code.calls`), which folder does (`--code`), or that others do (`sent_from`)."


def nothing_seen(coverage: Coverage) -> Failure | None:
    """The failure of a check that saw none of the trigger events."""
    number = coverage.trigger_events
    if not number or coverage.seen:
        return None
    what = "The one trigger event is not" if number == 1 else f"None of the {number} trigger events is"
    return Failure(f"{what} sent by this code as far as it was read, so nothing was checked.", _CURE)


def check_every_event_seen(
    coverage: Coverage, read: ReadManifest, file: str, campaigns: Sequence[CampaignDependency]
) -> list[Finding]:
    """A violation for each trigger event that is not seen; asked for with `--strict`."""
    found = []
    for standing in coverage.standings:
        if standing.seen:
            continue
        hit = [one for one in campaigns if one.event == standing.event and one.counts_as_running]
        where = "stands nowhere in this code" if standing.kind == "nowhere" else f"is {standing.said()}"
        found.append(
            Finding(
                rule="trigger_not_seen",
                severity="violation",
                message=(
                    f"`{standing.event}` {where}, so that the loss of it would stop {stopped(hit)} unnoticed. {_CURE}"
                ),
                event=standing.event,
                campaigns=labels(hit),
                head_file=file,
                head_line=read.entry_line(standing.event),
            )
        )
    return found
