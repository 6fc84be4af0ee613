"""A setting that names a time zone."""

from __future__ import annotations

from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from campaign_health.errors import SettingsError
from campaign_health.settings.values import Values


def read_zone(values: Values, setting: str) -> ZoneInfo | None:
    """The zone that the setting names; None where it is not set. Raises SettingsError where there is no such zone."""
    name = values.optional(setting)
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as failure:
        likely = [zone for zone in sorted(available_timezones()) if zone.lower() == name.lower()]
        likely = likely or get_close_matches(name, available_timezones(), n=1)
        raise SettingsError(
            f"{setting} is {name[:80]!r}, which is not the name of a time zone.",
            f"Did you mean {likely[0]}?" if likely else "Use an IANA name such as Europe/Berlin or America/New_York.",
        ) from failure
