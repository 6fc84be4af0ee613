"""The source of a workspace's events, Mixpanel, Amplitude or a database, out of its settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from campaign_health.errors import SettingsError
from campaign_health.settings.service_models import AmplitudeSettings, MixpanelSettings, SqlSettings
from campaign_health.settings.sql_settings import read_sql
from campaign_health.settings.values import Values
from campaign_health.settings.zone_setting import read_zone
from campaign_health.words.service_links import AMPLITUDE_NAMES, MIXPANEL_EVENT_PAGES, MIXPANEL_NAMES, unknown_places
from collectors.regions import AMPLITUDE_BASES, MIXPANEL_BASES


@dataclass(frozen=True)
class EventServices:
    """What may count a workspace's events; one of them at most is there."""

    mixpanel: MixpanelSettings | None
    amplitude: AmplitudeSettings | None
    sql: SqlSettings | None


def read_event_services(values: Values, directory: Path) -> EventServices:
    """The settings of what counts the events; the path of a query is taken from `directory`.

    Raises:
        SettingsError: several are set, one only in part, or a value cannot be used.
    """
    found = EventServices(_mixpanel(values), _amplitude(values), read_sql(values, directory))
    named = {"Mixpanel": found.mixpanel, "Amplitude": found.amplitude, "a database (EVENTS_SQL_URL)": found.sql}
    several = [name for name, settings in named.items() if settings is not None]
    if len(several) > 1:
        raise SettingsError(
            f"The keys of both {several[0]} and {several[1]} are set, and one workspace has one source of events.",
            "Remove the MIXPANEL_, the AMPLITUDE_ or the EVENTS_SQL_ settings, or make two workspaces in "
            "campaign-health.toml: [workspace.NAME] with the keys of one each, and none at its top or in the "
            "environment.",
        )
    return found


def read_pattern(values: Values, name: str, known: frozenset[str]) -> str | None:
    """The address with places in braces that the setting is; SettingsError where a place is not among those known."""
    pattern = values.address(name)
    if pattern is not None and (unknown := unknown_places(pattern, known)):
        raise SettingsError(
            f"{name} has {{{unknown[0][:80]}}}, which nothing can be put in place of.",
            f"It may have {' and '.join(f'{{{one}}}' for one in sorted(known))}.",
        )
    return pattern


def _mixpanel(values: Values) -> MixpanelSettings | None:
    project = values.optional("MIXPANEL_PROJECT_ID")
    account = values.optional("MIXPANEL_SERVICE_ACCOUNT")
    secret = values.secret("MIXPANEL_SERVICE_SECRET")
    if project is None and account is None and secret is None:
        return None
    if project is None or account is None or secret is None:
        parts = (("PROJECT_ID", project), ("SERVICE_ACCOUNT", account), ("SERVICE_SECRET", secret))
        lacking = [f"MIXPANEL_{part}" for part, value in parts if value is None]
        raise SettingsError(
            f"Mixpanel is set up only in part: {' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing.",
            "All three of project id, service account and its secret are needed.",
        )
    if not project.isdigit():
        raise SettingsError(
            f"MIXPANEL_PROJECT_ID is {project!r}.",
            "It is a number, found in Mixpanel under Project Settings, Overview.",
        )
    region = cast(Literal["us", "eu", "in"], values.text("MIXPANEL_REGION"))
    query, export, app = MIXPANEL_BASES[region]
    return MixpanelSettings(
        project_id=project,
        service_account=account,
        service_secret=secret,
        region=region,
        query_url=values.address("MIXPANEL_QUERY_URL") or query,
        export_url=values.address("MIXPANEL_EXPORT_URL") or export,
        app_url=values.address("MIXPANEL_APP_URL") or app,
        queries_per_hour=values.whole("MIXPANEL_QUERIES_PER_HOUR", 1, 100_000),
        exports_per_second=values.number("MIXPANEL_EXPORTS_PER_SECOND", 0.1, 1000),
        time_storage=cast(Literal["utc", "project"], values.text("MIXPANEL_TIME_STORAGE")),
        count_source=cast(Literal["auto", "query", "export"], values.text("MIXPANEL_COUNT_SOURCE")),
        event_page=read_pattern(values, "MIXPANEL_EVENT_PAGE", MIXPANEL_NAMES) or MIXPANEL_EVENT_PAGES[region],
    )


def _amplitude(values: Values) -> AmplitudeSettings | None:
    key, secret = values.secret("AMPLITUDE_API_KEY"), values.secret("AMPLITUDE_SECRET_KEY")
    if key is None and secret is None:
        return None
    if key is None or secret is None:
        lacking = "AMPLITUDE_API_KEY" if key is None else "AMPLITUDE_SECRET_KEY"
        raise SettingsError(
            f"Amplitude is set up only in part: {lacking} is missing.",
            "Both keys stand in Amplitude under Settings, Projects.",
        )
    region = cast(Literal["us", "eu"], values.text("AMPLITUDE_REGION"))
    zone = read_zone(values, "AMPLITUDE_TIMEZONE")
    return AmplitudeSettings(
        api_key=key,
        secret_key=secret,
        region=region,
        url=values.address("AMPLITUDE_URL") or AMPLITUDE_BASES[region],
        cost_per_hour=values.whole("AMPLITUDE_COST_PER_HOUR", 600, 10_000_000),
        cost_per_five_minutes=values.whole("AMPLITUDE_COST_PER_FIVE_MINUTES", 600, 1_000_000),
        time_zone=None if zone is None else zone.key,
        event_page=read_pattern(values, "AMPLITUDE_EVENT_PAGE", AMPLITUDE_NAMES),
    )
