"""The settings of Amplitude as a workspace's source of events."""

from __future__ import annotations

from campaign_health.settings.one_setting import Setting

AMPLITUDE_SETTINGS: tuple[Setting, ...] = (
    Setting(
        "AMPLITUDE_API_KEY",
        "API key of the Amplitude project that the events come from, in place of Mixpanel (Settings, Projects).",
        secret=True,
    ),
    Setting("AMPLITUDE_SECRET_KEY", "That project's secret key.", secret=True),
    Setting("AMPLITUDE_REGION", "Where the project's data lives.", "us", choices=("us", "eu")),
    Setting(
        "AMPLITUDE_TIMEZONE",
        "IANA name of the zone that the project counts its days in (Settings, Projects): no API of Amplitude tells it.",
    ),
    Setting(
        "AMPLITUDE_EVENT_PAGE",
        "Address of an event in Amplitude, with {event} in place of its name, as the browser shows it there (Data, "
        "Events): https://app.amplitude.com/data/ORGANIZATION/PROJECT/events/main/latest/{event}, in the EU "
        "app.eu.amplitude.com. No API tells the organization: without it no event is linked.",
    ),
    Setting("AMPLITUDE_URL", "Base of Amplitude's APIs, in place of the region's."),
    Setting(
        "AMPLITUDE_COST_PER_HOUR",
        "What this program's queries may cost in an hour, counted over runs: six for each event and day. Amplitude "
        "allows 108,000 an hour, and 1,000 in five minutes, for all tools of a project together.",
        "7000",
    ),
    Setting(
        "AMPLITUDE_COST_PER_FIVE_MINUTES",
        "What they may cost within five minutes; the program waits where it would be more.",
        "900",
    ),
)
