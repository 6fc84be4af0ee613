"""One workspace's settings out of its values."""

from __future__ import annotations

import re
from email.utils import parseaddr
from pathlib import Path
from typing import Literal, cast

from pydantic import SecretStr

from campaign_health.errors import SettingsError
from campaign_health.settings.catalogue import BY_NAME
from campaign_health.settings.event_services import read_event_services, read_pattern
from campaign_health.settings.model import (
    DigestSettings,
    RouteSettings,
    ScheduleSettings,
    SlackSettings,
    SmtpSettings,
    WebhookSettings,
    WorkspaceSettings,
)
from campaign_health.settings.service_models import CustomerioSettings
from campaign_health.settings.values import Values
from campaign_health.settings.zone_setting import read_zone
from campaign_health.words.service_links import (
    CUSTOMERIO_CAMPAIGN_PAGES,
    CUSTOMERIO_NAMES,
)
from collectors.regions import CUSTOMERIO_BASES, CUSTOMERIO_TRACK, STRIPE

_MAIL_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")

Route = tuple[Literal["tag", "owner"], str, str]


def can_be_named(name: str) -> bool:
    """Whether a workspace can have this name: it is to be seen, on one line, and blanks around it cannot be; `*` stands
    for all of them in the dashboard's addresses.
    """
    return name != "*" and bool(name.strip()) and name == name.strip() and name.isprintable()


def read_workspace(name: str, values: Values, directory: Path) -> WorkspaceSettings:
    """The settings of the workspace `name`; relative paths are taken from `directory`.

    Raises:
        SettingsError: a value cannot be used, or a service's keys are only half there.
    """
    events = read_event_services(values, directory)
    return WorkspaceSettings(
        name=name,
        time_zone=read_zone(values, "CAMPAIGN_HEALTH_TIMEZONE"),
        mixpanel=events.mixpanel,
        amplitude=events.amplitude,
        sql=events.sql,
        customerio=_customerio(values),
        route=_route_settings(values),
        slack=SlackSettings(
            webhook_url=values.secret_address("SLACK_WEBHOOK_URL"),
            bot_token=values.secret("SLACK_BOT_TOKEN"),
            channel=values.optional("SLACK_CHANNEL"),
            api_url=values.address("SLACK_API_URL"),
        ),
        manifest_path=_manifest_path(values, directory),
        currency=_currency(values),
        backfill_days=values.whole("CAMPAIGN_HEALTH_BACKFILL_DAYS", 1, 3650),
        false_alarm_years=values.number("CAMPAIGN_HEALTH_FALSE_ALARM_YEARS", 0.1, 10_000),
        schedule=ScheduleSettings(
            collect_at=values.clock_time("CAMPAIGN_HEALTH_COLLECT_AT"),
            refresh_every_hours=values.whole("CAMPAIGN_HEALTH_REFRESH_EVERY_HOURS", 0, 24),
        ),
        digest=DigestSettings(
            at=values.clock_time("CAMPAIGN_HEALTH_DIGEST_AT"),
            days=cast(Literal["weekdays", "all"], values.text("CAMPAIGN_HEALTH_DIGEST_DAYS")),
            urgent_missed_sends=_optional_number(values, "CAMPAIGN_HEALTH_URGENT_MISSED_SENDS"),
            routes=tuple(_route(item) for item in values.items("CAMPAIGN_HEALTH_DIGEST_ROUTES")),
            dead_man_url=values.secret_address("CAMPAIGN_HEALTH_DEAD_MAN_URL"),
            webhook=_webhook(values),
            smtp=_smtp(values),
            monthly_report=values.text("CAMPAIGN_HEALTH_MONTHLY_REPORT") == "on",
            apprise=_apprise(values),
        ),
    )


def _manifest_path(values: Values, directory: Path) -> Path | None:
    text = values.text("CAMPAIGN_HEALTH_MANIFEST")
    path = values.path("CAMPAIGN_HEALTH_MANIFEST", directory)
    # A manifest that was asked for must be there; the one by default may be missing.
    return path if path.exists() or text != BY_NAME["CAMPAIGN_HEALTH_MANIFEST"].default else None


def _currency(values: Values) -> str:
    code = values.text("CAMPAIGN_HEALTH_CURRENCY").strip()
    if not re.fullmatch("[A-Z]{3}", code):
        raise SettingsError(
            f"CAMPAIGN_HEALTH_CURRENCY is {code!r}, which is no currency's code.",
            "Set it to an ISO 4217 code: three capital letters, such as EUR.",
        )
    return code


def _customerio(values: Values) -> CustomerioSettings | None:
    key = values.secret("CUSTOMERIO_APP_API_KEY")
    region = cast(Literal["us", "eu"], values.text("CUSTOMERIO_REGION"))
    address = values.address("CUSTOMERIO_APP_URL") or CUSTOMERIO_BASES[region]
    messages = values.whole("CUSTOMERIO_MESSAGES_PER_RUN", 0, 100_000)
    pace = values.number("CUSTOMERIO_REQUESTS_PER_SECOND", 0.1, 1000)
    if not key:
        return None
    number = "CUSTOMERIO_WORKSPACE_ID"
    return CustomerioSettings(
        app_api_key=key,
        region=region,
        app_url=address,
        messages_per_run=messages,
        requests_per_second=pace,
        workspace_id=values.whole(number, 1, 2**62) if values.optional(number) else None,
        campaign_page=read_pattern(values, "CUSTOMERIO_CAMPAIGN_PAGE", CUSTOMERIO_NAMES)
        or CUSTOMERIO_CAMPAIGN_PAGES[region],
    )


def _route_settings(values: Values) -> RouteSettings:
    site, key = values.optional("CUSTOMERIO_SITE_ID"), values.secret("CUSTOMERIO_TRACK_API_KEY")
    if (site is None) != (key is None):
        lacking = "CUSTOMERIO_SITE_ID" if site is None else "CUSTOMERIO_TRACK_API_KEY"
        raise SettingsError(
            f"Customer.io's Track API is set up only in part: {lacking} is missing.", "Set both, or neither."
        )
    return RouteSettings(
        site_id=site,
        track_api_key=key,
        track_url=values.address("CUSTOMERIO_TRACK_URL") or CUSTOMERIO_TRACK[values.text("CUSTOMERIO_REGION")],
        signing_key=values.secret("CUSTOMERIO_REPORTING_SIGNING_KEY"),
        person=cast(Literal["id", "email"], values.text("CAMPAIGN_HEALTH_ROUTE_PERSON")),
        tokens=_tokens(values),
        stripe_key=values.secret("STRIPE_API_KEY"),
        stripe_url=(values.address("STRIPE_API_URL") or STRIPE).removesuffix("/v1"),
        stripe_secret=values.secret("STRIPE_WEBHOOK_SECRET"),
        mixpanel_token=values.optional("CAMPAIGN_HEALTH_ROUTE_MIXPANEL_TOKEN"),
        browser_origins=_origins(values),
        trusts_browsers=values.text("CAMPAIGN_HEALTH_ROUTE_TRUST_BROWSER") == "true",
        only_known_people=values.text("CAMPAIGN_HEALTH_ROUTE_BROWSER_PEOPLE") == "known",
        device_minutes=values.number("CAMPAIGN_HEALTH_ROUTE_DEVICE_MINUTES", 0, 60),
        export_minutes=values.number("CAMPAIGN_HEALTH_ROUTE_EXPORT_MINUTES", 0, 1440),
    )


def _tokens(values: Values) -> tuple[SecretStr, ...]:
    tokens = values.items("CAMPAIGN_HEALTH_ROUTE_TOKEN")
    if len(tokens) > 2:
        raise SettingsError(
            "CAMPAIGN_HEALTH_ROUTE_TOKEN has more than two tokens.",
            "Write one without a comma; or, while it is changed, the new one, a comma and the old one.",
        )
    if values.optional("CAMPAIGN_HEALTH_ROUTE_MIXPANEL_TOKEN") in tokens:
        raise SettingsError(
            "CAMPAIGN_HEALTH_ROUTE_TOKEN is the Mixpanel project's token, which every visitor of the site can read.",
            "Make up a long text of your own for CAMPAIGN_HEALTH_ROUTE_TOKEN.",
        )
    return tuple(map(SecretStr, tokens))


def _origins(values: Values) -> tuple[str, ...]:
    name, token = "CAMPAIGN_HEALTH_ROUTE_BROWSER_ORIGINS", "CAMPAIGN_HEALTH_ROUTE_MIXPANEL_TOKEN"
    origins = tuple(one.lower().rstrip("/") for one in values.items(name))
    for one in origins:
        if not re.fullmatch(r"https?://[^\s/?#@]+", one):
            raise SettingsError(f"{name} has {one[:80]!r}, which is no site.", "Write it like https://app.company.com.")
    if bool(origins) != (values.optional(token) is not None):
        raise SettingsError(
            f"The route's door for browsers is set up only in part: {token if origins else name} is missing.",
            "Set both, or neither.",
        )
    return origins


def _optional_number(values: Values, name: str) -> float | None:
    return values.number(name, 0) if values.optional(name) else None


def _route(text: str) -> Route:
    subject, found, channel = text.partition("=")
    kind, colon, value = subject.strip().partition(":")
    if not (found and colon and value.strip() and channel.strip()) or kind not in ("tag", "owner"):
        raise SettingsError(
            f"CAMPAIGN_HEALTH_DIGEST_ROUTES has {text!r}.", "Write tag:NAME=#channel or owner:@NAME=#channel."
        )
    return cast(Literal["tag", "owner"], kind), value.strip(), channel.strip()


def _webhook(values: Values) -> WebhookSettings | None:
    url = values.secret_address("CAMPAIGN_HEALTH_WEBHOOK_URL")
    return WebhookSettings(url=url, secret=values.secret("CAMPAIGN_HEALTH_WEBHOOK_SECRET")) if url else None


def _apprise(values: Values) -> tuple[SecretStr, ...]:
    """Its addresses; none of them is ever shown, for keys stand in any part of them."""
    name = "CAMPAIGN_HEALTH_APPRISE_URLS"
    given = values.secret(name)
    addresses = given.get_secret_value().split() if given else []
    for number, address in enumerate(addresses, start=1):
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://\S", address):
            raise SettingsError(
                f"{name} has as number {number} something that is no address.",
                "Write addresses of Apprise, such as discord://…, separated by spaces.",
            )
    return tuple(map(SecretStr, addresses))


def _smtp(values: Values) -> SmtpSettings | None:
    host = values.optional("SMTP_HOST")
    if host is None:
        return None
    sender, recipients = values.optional("SMTP_FROM"), values.items("SMTP_TO")
    if sender is None or not recipients:
        raise SettingsError("SMTP_HOST is set without SMTP_FROM and SMTP_TO.", "Say who sends the digest, and to whom.")
    for name, addresses in (("SMTP_FROM", (sender,)), ("SMTP_TO", recipients)):
        for address in addresses:
            if not _MAIL_ADDRESS.fullmatch(parseaddr(address)[1]) or not address.isprintable():
                raise SettingsError(f"{name} has {address!r}, which is not an e-mail address.", "Write name@host.")
    user, password = values.optional("SMTP_USER"), values.secret("SMTP_PASSWORD")
    if user is not None and password is None:
        raise SettingsError("SMTP_USER is set without SMTP_PASSWORD.", "Set both, or neither.")
    return SmtpSettings(
        host=host,
        port=values.whole("SMTP_PORT", 1, 65535),
        security=cast(Literal["starttls", "tls", "none"], values.text("SMTP_SECURITY")),
        user=user,
        password=password,
        sender=sender,
        recipients=recipients,
    )
