"""Looks at the clock, the names of settings and the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from campaign_health.health.finding import Finding, fine, note, wrong
from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.manifest.problems import ManifestError
from campaign_health.pipeline.clock_check import TOLERATED, how_far
from campaign_health.process.clock import NOW_SETTING
from campaign_health.settings import unknown_settings
from collectors.http.service_clock import answered_at, service_is_ahead

TOLERATED_SKEW = timedelta(minutes=2)


class DateHeaders:
    """Notes how far the services' clocks are from this machine's, by the answers that pass through a session."""

    def __init__(self, session: requests.Session) -> None:
        self._skews: list[timedelta] = []
        session.hooks["response"].append(self._read)

    def finding(self) -> Finding | None:
        """What the answers say of this machine's clock, None where there were none."""
        if not self._skews:
            return None
        skew = min(self._skews, key=abs)
        if abs(skew) <= TOLERATED_SKEW:
            return fine("Clock", "It agrees with the services' clocks.")
        direction = "behind" if skew > timedelta(0) else "ahead of"
        until_then = " Until then no run collects anything." if abs(skew) > TOLERATED else ""
        return wrong(
            "Clock",
            f"This machine's clock is {how_far(skew)} {direction} the services' clocks.",
            f"Set it right, best by NTP: which day is over depends on it.{until_then}",
        )

    def _read(self, response: requests.Response, *args: Any, **options: Any) -> None:
        served = answered_at(response.headers)
        if served is not None:
            now = datetime.now(UTC)
            self._skews.append(service_is_ahead(served, now - response.elapsed, now))


def examine_settings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Findings on variables that look like settings, and on a clock that is set by hand."""
    for name, meant in unknown_settings(environment).items():
        cure = f"Did you mean {meant}?" if meant else "`campaign-health docs settings` lists the names there are."
        yield wrong("Settings", f"{name} is set, and there is no such setting.", cure)
    if environment.get(NOW_SETTING, "").strip():
        yield note("Clock", f"{NOW_SETTING} stands in for the real clock.", "Remove it outside tests and replays.")


def examine_manifest(path: Path | None) -> Finding:
    """Finding on the manifest."""
    subject = "Manifest"
    if path is None:
        return note(
            subject,
            "There is none; campaigns are mapped by their trigger events.",
            "After the first `campaign-health collect`, `campaign-health init` writes what is there.",
        )
    try:
        manifest = read_manifest(path)
    except ManifestError as failure:
        return wrong(subject, failure.message, failure.cure)
    return fine(
        subject, f"{path.name} can be read: {len(manifest.events)} events, {len(manifest.campaigns)} campaigns."
    )
