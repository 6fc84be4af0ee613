"""Which time zone a workspace's days are counted in: the setting, else that of what counts its events."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from campaign_health.errors import SettingsError
from campaign_health.words.event_service import EventService, is_database
from storage.errors import UnknownZoneError
from storage.file.zones import is_known, known_zone, same_days

_SAYS = {"Mixpanel": "'s project counts its days in {}", "Amplitude": "'s project counts its days in {} as "
         "AMPLITUDE_TIMEZONE says"}  # fmt: skip
_DATABASE_SAYS = " counts its days in {} as EVENTS_SQL_TIMEZONE says"
_CURE = "Set CAMPAIGN_HEALTH_TIMEZONE to the project's zone, such as Europe/Berlin."


@dataclass(frozen=True)
class ZoneFound:
    """The zone, whether it is another than the last run's, and what to warn of."""

    zone: ZoneInfo
    is_new: bool
    warnings: tuple[str, ...] = ()


def choose_zone(
    workspace: str,
    setting: ZoneInfo | None,
    served: str | None,
    not_served_because: str | None,
    stored: str | None,
    project: str | None,
    *,
    service: EventService = "Mixpanel",
) -> ZoneFound:
    """The zone to use: the setting wins, else the one Mixpanel serves, else, if it could not be asked, the last one.

    Args:
        served: the zone that Mixpanel's `/me` names, None where it names none or could not be asked.
        not_served_because: why it could not be asked, None where it was.
        stored: the zone of the last run.
        project: the Mixpanel project, None without Mixpanel's keys.
        service: what counts the workspace's events. Amplitude tells no zone, nor does a database: `served` is then
            what AMPLITUDE_TIMEZONE or EVENTS_SQL_TIMEZONE says.

    Raises:
        SettingsError: none of them is known.
    """
    if setting is not None:
        is_new = stored is None or not same_days(setting.key, stored)
        if served is not None and not is_known(served):
            unlike = (
                f"Mixpanel names its zone {served!r}, which is no IANA name: it was not compared with {setting.key}."
            )
            return ZoneFound(setting, is_new, (unlike,))
        if served is not None and not same_days(served, setting.key):
            return ZoneFound(
                setting,
                is_new,
                (
                    f"{service}{_SAYS.get(service, _DATABASE_SAYS).format(served)}, CAMPAIGN_HEALTH_TIMEZONE says "
                    f"{setting.key}. "
                    "Event counts are then of other days than sends: make the two the same.",
                ),
            )
        if not_served_because is not None:
            unlike = f"{not_served_because} So the zone that is set, {setting.key}, was not compared with Mixpanel's."
            return ZoneFound(setting, is_new, (unlike,))
        return ZoneFound(setting, is_new)
    if served is not None and is_known(served):
        return ZoneFound(ZoneInfo(served), stored is None or not same_days(served, stored))
    if served is not None and stored is None:
        raise SettingsError(
            f"Mixpanel names {served!r} as the time zone of {workspace}, which is not known here.", _CURE
        )
    silent = f"Mixpanel names no time zone for project {project}." if project is not None else "It is not set."
    if service == "Amplitude":
        raise SettingsError(
            f"The time zone of the workspace {workspace} is not known: no API of Amplitude tells it.",
            "Set AMPLITUDE_TIMEZONE to the project's zone (Amplitude's Settings, Projects), such as Europe/Berlin.",
        )
    if is_database(service):
        raise SettingsError(
            f"The time zone of the workspace {workspace} is not known: no database tells whose days a query counts.",
            "Set EVENTS_SQL_TIMEZONE to the zone of the days that the query returns, such as Europe/Berlin.",
        )
    if served is not None:
        silent = f"Mixpanel names {served!r} as the time zone, which is not known here."
    reason = not_served_because or silent
    if project is not None and stored is not None:
        try:
            kept = known_zone(stored)
        except UnknownZoneError as failure:
            raise SettingsError(f"{reason} {failure.message}", failure.cure) from failure
        return ZoneFound(kept, False, (f"{reason} The time zone {stored} is kept from the last run.",))
    raise SettingsError(
        f"The time zone of the workspace {workspace} is not known: {reason}",
        f"{_CURE} Check MIXPANEL_PROJECT_ID as well." if project is not None else _CURE,
    )


def without_zone(refused: str, cure: str) -> str:
    """Why nothing at all can be collected where Mixpanel did not tell the zone, and what to do."""
    both = f"{cure} Or set" if cure else "Set"
    return (
        f"The time zone is not known, so no day can be asked for: it is not set, and {refused} "
        f"{both} CAMPAIGN_HEALTH_TIMEZONE to the project's zone, such as Europe/Berlin."
    )
