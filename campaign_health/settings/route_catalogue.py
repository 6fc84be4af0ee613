"""The settings that only the route reads."""

from __future__ import annotations

from campaign_health.settings.one_setting import Setting

ROUTE_SETTINGS: tuple[Setting, ...] = (
    Setting("CUSTOMERIO_SITE_ID", "Site id of the workspace's Track API credentials; only `route` uses it."),
    Setting(
        "CUSTOMERIO_TRACK_API_KEY",
        "The Track API key of that site id, with which `route` writes to Customer.io. Without it nothing is written.",
        secret=True,
    ),
    Setting("CUSTOMERIO_TRACK_URL", "Address of the Track API without a path, in place of the region's."),
    Setting(
        "CUSTOMERIO_REPORTING_SIGNING_KEY",
        "The key with which Customer.io signs the reports that `route serve` listens for.",
        secret=True,
    ),
    Setting(
        "CAMPAIGN_HEALTH_ROUTE_PERSON",
        "How Customer.io knows the workspace's people: `id` (events name it as `$user_id` or `distinct_id`) or `email` "
        "(events have it as the property `email`).",
        "id",
        choices=("id", "email"),
    ),
    Setting(
        "CAMPAIGN_HEALTH_ROUTE_TOKEN",
        "The token with which your servers post events to `route serve`. Without it no event is taken. While it is "
        "changed: the new one, a comma, and the old one.",
        secret=True,
    ),
    Setting(
        "CAMPAIGN_HEALTH_ROUTE_BROWSER_ORIGINS",
        "The sites whose pages may post events to `route serve` with Mixpanel's SDK, such as https://app.company.com, "
        "separated by commas. Without it browsers are refused.",
    ),
    Setting(
        "CAMPAIGN_HEALTH_ROUTE_MIXPANEL_TOKEN",
        "The Mixpanel project's token, which events from these sites carry. Every visitor can read it.",
    ),
    Setting(
        "CAMPAIGN_HEALTH_ROUTE_TRUST_BROWSER",
        "Whether e-mail addresses and profile attributes are taken from browsers too: whoever opens the site can then "
        "have any address written to, and change anybody's profile.",
        "false",
        choices=("false", "true"),
    ),
    Setting(
        "CAMPAIGN_HEALTH_ROUTE_BROWSER_PEOPLE",
        "Whom events from browsers may be about: `any` id, or only people `known` because one's own servers handed in "
        "an event of theirs before, moved or not; those of others become letters (`no_person`).",
        "any",
        choices=("any", "known"),
    ),
    Setting(
        "CAMPAIGN_HEALTH_ROUTE_DEVICE_MINUTES",
        "For how many minutes an event that names only a device waits in `route serve` for one that says whose it is; "
        "0 for not at all.",
        "15",
    ),
    Setting("STRIPE_API_KEY", "Stripe's restricted key (reads customers and subscriptions) for `route`.", secret=True),
    Setting("STRIPE_API_URL", "Address of Stripe's API without a path, in place of https://api.stripe.com."),
    Setting("STRIPE_WEBHOOK_SECRET", "With it Stripe signs its notices to `route serve` (`whsec_…`).", secret=True),
    Setting(
        "CAMPAIGN_HEALTH_ROUTE_EXPORT_MINUTES",
        "How often `route serve` looks in Mixpanel's raw export for moved events that it was not sent, one request a "
        "look; 0 for never.",
        "10",
    ),
)
