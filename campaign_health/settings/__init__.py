"""Settings: which there are, how they are read, and what they mean once read."""

from campaign_health.settings.model import (
    DEFAULT_WORKSPACE,
    DigestSettings,
    HttpSettings,
    RouteSettings,
    ScheduleSettings,
    ServiceSettings,
    Settings,
    SignInSettings,
    SlackSettings,
    SmtpSettings,
    WebhookSettings,
    WorkspaceSettings,
)
from campaign_health.settings.service_models import AmplitudeSettings, CustomerioSettings, MixpanelSettings, SqlSettings
from campaign_health.settings.settings_reading import load_settings, unknown_settings

__all__ = [
    "DEFAULT_WORKSPACE",
    "AmplitudeSettings",
    "CustomerioSettings",
    "DigestSettings",
    "HttpSettings",
    "MixpanelSettings",
    "RouteSettings",
    "ScheduleSettings",
    "ServiceSettings",
    "Settings",
    "SignInSettings",
    "SlackSettings",
    "SmtpSettings",
    "SqlSettings",
    "WebhookSettings",
    "WorkspaceSettings",
    "load_settings",
    "unknown_settings",
]
