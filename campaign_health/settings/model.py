"""What the settings mean once read: typed, checked, secrets wrapped so that they cannot be printed by accident."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from campaign_health.settings.service_models import (
    AmplitudeSettings,
    CustomerioSettings,
    Frozen,
    MixpanelSettings,
    SqlSettings,
)
from campaign_health.words.event_service import EventService
from collectors.http.redaction import SHORTEST_KEY, keys_of_database
from collectors.regions import STRIPE

DEFAULT_WORKSPACE = "default"
"""The name of the only workspace where the settings name none."""


def secret_parts(address: str) -> tuple[str, ...]:
    """What must not be shown of an address that holds keys in any of its parts: the whole, and each part of it that is
    longer than a word.
    """
    return (address, *(part for part in re.split(r"[/?&=@:]+", address) if len(part) >= SHORTEST_KEY))


class RouteSettings(Frozen):
    """With what the route writes to one Customer.io workspace and knows its reports, and how that knows people.

    `tokens` open its doors; `mixpanel_token` and `browser_origins` let browsers in, or are both empty. Every so many
    `export_minutes` it is looked in Mixpanel's export what the doors missed; 0: never. An
    event of a device waits so many `device_minutes` for who it is.
    """

    site_id: str | None
    track_api_key: SecretStr | None
    track_url: str
    signing_key: SecretStr | None
    person: Literal["id", "email"]
    tokens: tuple[SecretStr, ...] = ()
    stripe_key: SecretStr | None = None
    stripe_url: str = STRIPE
    stripe_secret: SecretStr | None = None
    mixpanel_token: str | None = None
    browser_origins: tuple[str, ...] = ()
    trusts_browsers: bool = False
    only_known_people: bool = False
    export_minutes: float = 10.0
    device_minutes: float = 15.0


class SlackSettings(Frozen):
    """Where the digest goes in Slack; all empty where Slack is not used."""

    webhook_url: SecretStr | None
    bot_token: SecretStr | None
    channel: str | None
    api_url: str | None


class WebhookSettings(Frozen):
    """A generic receiver of the digest as JSON."""

    url: SecretStr
    secret: SecretStr | None


class SmtpSettings(Frozen):
    """A mail server for the digest."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str | None
    password: SecretStr | None
    sender: str
    recipients: tuple[str, ...]


class ScheduleSettings(Frozen):
    """When to collect, in the workspace's local time; `refresh_every_hours` 0 means no refresh during the day."""

    collect_at: time
    refresh_every_hours: int


class DigestSettings(Frozen):
    """When the digest is due, and what is announced at once. `routes`: ("tag" or "owner", value, channel)."""

    at: time
    days: Literal["weekdays", "all"]
    urgent_missed_sends: float | None
    routes: tuple[tuple[Literal["tag", "owner"], str, str], ...]
    dead_man_url: SecretStr | None
    webhook: WebhookSettings | None
    smtp: SmtpSettings | None
    monthly_report: bool = True
    apprise: tuple[SecretStr, ...] = ()


class HttpSettings(Frozen):
    """Seconds to connect, seconds without a byte, and minutes for one source and for one workspace's whole run.

    `is_replay`: the clock is set by hand, so that it is not to be compared with the services'.
    """

    connect_seconds: float
    read_seconds: float
    source_minutes: float
    run_minutes: float
    is_replay: bool


class ServiceSettings(Frozen):
    """How a program that nobody looks at tells of itself. `health_port` 0: nothing is served."""

    log_format: Literal["auto", "text", "json"]
    health_address: str
    health_port: int
    metrics_file: Path | None


class SignInSettings(Frozen):
    """Who may see the dashboard.

    `enabled` where `secrets_file` has an [auth] table; `allowed` are addresses or domains. An address given by one of
    `unverified_issuers` counts although the issuer does not say whether it is verified.
    """

    enabled: bool
    allowed: tuple[str, ...]
    unverified_issuers: tuple[str, ...]
    secrets_file: Path


class WorkspaceSettings(Frozen):
    """One workspace; a service is None where its keys are not set. Of `mixpanel`, `amplitude` and `sql` one is set.

    `currency` (ISO 4217) is what deal values are in where the manifest does not say.
    """

    name: str
    time_zone: ZoneInfo | None
    mixpanel: MixpanelSettings | None
    customerio: CustomerioSettings | None
    amplitude: AmplitudeSettings | None = None
    sql: SqlSettings | None = None
    route: RouteSettings
    slack: SlackSettings
    manifest_path: Path | None
    currency: str
    backfill_days: int
    false_alarm_years: float
    schedule: ScheduleSettings
    digest: DigestSettings

    @property
    def events(self) -> MixpanelSettings | AmplitudeSettings | SqlSettings | None:
        """What counts its events; None where nothing is set up that does."""
        return self.mixpanel or self.amplitude or self.sql

    @property
    def event_service(self) -> EventService:
        """Its name; Mixpanel's where nothing is set up."""
        if self.sql is not None:
            return self.sql.name
        return "Mixpanel" if self.amplitude is None else "Amplitude"

    @property
    def tells_anybody(self) -> bool:
        """Whether there is anybody to be told: a channel, or an outside watcher."""
        slack, digest = self.slack, self.digest
        return any(
            (
                slack.webhook_url,
                slack.bot_token,
                digest.webhook,
                digest.smtp,
                digest.dead_man_url,
                digest.routes,
                digest.apprise,
            )
        )


class Settings(Frozen):
    """Everything; `workspaces` holds at least one (its keys may be missing), `at_once` are collected side by side.

    `digest_together`: those that have the same channels are told in one message. `share`: where what is published goes
    besides; `database`: where the dashboard has it from, where another machine collects.
    `names_workspaces`: the settings have a table for each, and not only what holds for the one without a name.
    """

    data_dir: Path
    route_database_url: SecretStr | None
    at_once: int
    dashboard_url: str | None
    digest_together: bool
    http: HttpSettings
    sign_in: SignInSettings
    service: ServiceSettings
    workspaces: tuple[WorkspaceSettings, ...]
    route_encryption_keys: tuple[SecretStr, ...] = ()
    share: tuple[SecretStr, ...] = ()
    database: SecretStr | None = None
    names_workspaces: bool = False

    @property
    def configured(self) -> tuple[str, ...] | None:
        """The names of the workspaces that are set up here.

        None where there are no keys and none is named, or all is read from where others share it: a machine that only
        reads what another one collects cannot know.
        """
        names = tuple(workspace.name for workspace in self.workspaces)
        has_keys = any(workspace.events or workspace.customerio for workspace in self.workspaces)
        is_named = names != (DEFAULT_WORKSPACE,) and self.database is None
        return names if has_keys or is_named else None

    def secrets(self) -> tuple[str, ...]:
        """Every secret value, for redaction; longest first."""
        found: list[str] = []
        for workspace in self.workspaces:
            for part in (workspace.events, workspace.customerio, workspace.route, workspace.slack, workspace.digest,
                         workspace.digest.webhook, workspace.digest.smtp):  # fmt: skip
                values = vars(part).values() if part is not None else ()
                found += [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
            found += [token.get_secret_value() for token in workspace.route.tokens]
            if workspace.sql is not None:
                found += keys_of_database(workspace.sql.url.get_secret_value())
            found += [part for one in workspace.digest.apprise for part in secret_parts(one.get_secret_value())]
        if self.route_database_url is not None:
            found.append(self.route_database_url.get_secret_value())
        found += [one.get_secret_value() for one in self.route_encryption_keys]
        for one in (*self.share, *([self.database] if self.database is not None else [])):
            found += [one.get_secret_value(), urlsplit(one.get_secret_value().removeprefix("ducklake:")).password or ""]
        return tuple(sorted({value for value in found if value}, key=len, reverse=True))
