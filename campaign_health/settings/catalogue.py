"""Every setting there is: its name, what it means, its default. The reference in the docs is made from this table."""

from __future__ import annotations

from campaign_health.settings.amplitude_catalogue import AMPLITUDE_SETTINGS
from campaign_health.settings.one_setting import Setting as Setting
from campaign_health.settings.route_catalogue import ROUTE_SETTINGS
from campaign_health.settings.sql_catalogue import SQL_SETTINGS

SETTINGS: tuple[Setting, ...] = (
    Setting("MIXPANEL_PROJECT_ID", "Mixpanel project id, a number (Project Settings, Overview)."),
    Setting("MIXPANEL_SERVICE_ACCOUNT", "User name of a Mixpanel service account that may read the project."),
    Setting("MIXPANEL_SERVICE_SECRET", "That service account's secret.", secret=True),
    Setting("MIXPANEL_REGION", "Where the project's data lives.", "us", choices=("us", "eu", "in")),
    Setting(
        "MIXPANEL_EVENT_PAGE",
        "Address of an event in Mixpanel, with {project}, {view}, {event} (its name) or {report} (a report of its "
        "counts) in their places, in place of the usual one.",
    ),
    Setting("MIXPANEL_QUERY_URL", "Base of the Query API, in place of the region's."),
    Setting("MIXPANEL_EXPORT_URL", "Address of the raw export, in place of the region's."),
    Setting("MIXPANEL_APP_URL", "Base of the App API (time zone, Lexicon), in place of the region's."),
    Setting(
        "MIXPANEL_QUERIES_PER_HOUR",
        "How many Query API requests this program may send in an hour, counted over runs; Mixpanel allows 60 "
        "for all tools of a project together.",
        "20",
    ),
    Setting(
        "MIXPANEL_EXPORTS_PER_SECOND",
        "How many raw exports this program may ask for in a second; Mixpanel allows 3.",
        "3",
    ),
    Setting(
        "MIXPANEL_TIME_STORAGE",
        "How the project stores times: utc, or project for projects made before 2023.",
        "utc",
        choices=("utc", "project"),
    ),
    Setting(
        "MIXPANEL_COUNT_SOURCE",
        "Where daily counts come from: query, export, or auto (query, and export only where the plan forbids query).",
        "auto",
        choices=("auto", "query", "export"),
    ),
    *AMPLITUDE_SETTINGS,
    *SQL_SETTINGS,
    Setting("CUSTOMERIO_APP_API_KEY", "Customer.io App API key of the workspace.", secret=True),
    Setting("CUSTOMERIO_REGION", "Where the Customer.io account lives.", "us", choices=("us", "eu")),
    Setting("CUSTOMERIO_APP_URL", "Base of the App API, in place of the region's."),
    *ROUTE_SETTINGS,
    Setting(
        "CUSTOMERIO_WORKSPACE_ID",
        "Number of the workspace in the addresses of Customer.io's pages, for links to them; without it, that of the "
        "account's only workspace, or of the one with this workspace's name.",
    ),
    Setting(
        "CUSTOMERIO_CAMPAIGN_PAGE",
        "Address of a campaign in Customer.io, with {workspace} and {campaign} where their numbers stand, in place of "
        "the usual one.",
    ),
    Setting(
        "CUSTOMERIO_MESSAGES_PER_RUN",
        "How many single messages of campaigns with several each run asks for, one request each; those known the "
        "least far come first, and the rest follows in the next runs. 0 asks for none.",
        "400",
    ),
    Setting(
        "CUSTOMERIO_REQUESTS_PER_SECOND",
        "How many requests this program may send to the App API in a second; Customer.io allows 10 for all tools of a "
        "workspace together.",
        "8",
    ),
    Setting(
        "CAMPAIGN_HEALTH_TIMEZONE",
        "IANA name of the zone whose calendar days are counted, such as Europe/Berlin; without it, the Mixpanel "
        "project's own, AMPLITUDE_TIMEZONE or EVENTS_SQL_TIMEZONE.",
    ),
    Setting(
        "CAMPAIGN_HEALTH_MANIFEST",
        "Path of the manifest; manifest.yaml is read where it is there.",
        "manifest.yaml",
    ),
    Setting(
        "CAMPAIGN_HEALTH_CURRENCY",
        "What the workspace's deal values are in, an ISO 4217 code such as EUR, where its manifest does not say. Sums "
        "of different currencies are never added up.",
        "USD",
    ),
    Setting("CAMPAIGN_HEALTH_BACKFILL_DAYS", "Days fetched by the first run, ending yesterday.", "120"),
    Setting(
        "CAMPAIGN_HEALTH_FALSE_ALARM_YEARS",
        "The false-alarm budget: a healthy campaign may raise one false alarm in so many years.",
        "8",
    ),
    Setting("CAMPAIGN_HEALTH_COLLECT_AT", "Local time of the daily collection.", "06:30"),
    Setting(
        "CAMPAIGN_HEALTH_REFRESH_EVERY_HOURS",
        "Hours between the lighter refreshes during the day; 0 switches them off.",
        "4",
    ),
    Setting("CAMPAIGN_HEALTH_DIGEST_AT", "Local time of the daily digest.", "09:00"),
    Setting(
        "CAMPAIGN_HEALTH_DIGEST_DAYS",
        "On which days the digest is due.",
        "weekdays",
        choices=("weekdays", "all"),
    ),
    Setting(
        "CAMPAIGN_HEALTH_URGENT_MISSED_SENDS",
        "A new incident that misses at least so many sends a day is announced at once; empty: only in the digest.",
    ),
    Setting(
        "CAMPAIGN_HEALTH_MONTHLY_REPORT",
        "Whether the report of a month is sent on its channels, on the first working day after it.",
        "on",
        choices=("on", "off"),
    ),
    Setting(
        "CAMPAIGN_HEALTH_DIGEST_ROUTES",
        "Extra Slack channels by tag or owner, such as tag:onboarding=#onboarding, owner:@lifecycle-team=#lifecycle.",
    ),
    Setting(
        "CAMPAIGN_HEALTH_DEAD_MAN_URL",
        "Address pinged after every run that was judged and told (healthchecks.io style).",
        secret=True,
    ),
    Setting("SLACK_WEBHOOK_URL", "Slack incoming webhook.", secret=True),
    Setting(
        "SLACK_BOT_TOKEN",
        "Slack bot token with chat:write; the day's message is then edited in place.",
        secret=True,
    ),
    Setting("SLACK_CHANNEL", "Channel for the bot token, such as #lifecycle or C0123456789."),
    Setting("SLACK_API_URL", "Base of Slack's Web API, in place of Slack's own."),
    Setting("CAMPAIGN_HEALTH_WEBHOOK_URL", "Address that gets each digest as signed JSON.", secret=True),
    Setting("CAMPAIGN_HEALTH_WEBHOOK_SECRET", "Key of that signature (HMAC-SHA256).", secret=True),
    Setting(
        "CAMPAIGN_HEALTH_APPRISE_URLS",
        "Addresses of Apprise (Teams, Discord, PagerDuty and others), separated by spaces; needs the extra `apprise`.",
        secret=True,
    ),
    Setting("SMTP_HOST", "Mail server for the digest by e-mail."),
    Setting("SMTP_PORT", "Its port.", "587"),
    Setting("SMTP_SECURITY", "How the connection is protected.", "starttls", choices=("starttls", "tls", "none")),
    Setting("SMTP_USER", "User name at the mail server."),
    Setting("SMTP_PASSWORD", "Password at the mail server.", secret=True),
    Setting("SMTP_FROM", "Sender address."),
    Setting("SMTP_TO", "Recipient addresses, separated by commas."),
    Setting("CAMPAIGN_HEALTH_DATA_DIR", "Folder of both database files.", "data", scope="program"),
    Setting(
        "CAMPAIGN_HEALTH_SHARE",
        "Where what was published goes besides, addresses separated by spaces: a PostgreSQL "
        "(postgresql://USER:PASSWORD@HOST/DATABASE?schema=NAME), an object store or folder (s3://BUCKET/FOLDER, "
        "gs://…, az://…, file:///FOLDER; needs the extra `share`), or a DuckLake "
        "(ducklake:postgresql://USER:PASSWORD@HOST/DATABASE?data_path=s3://BUCKET/FOLDER).",
        secret=True,
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_DATABASE",
        "Where the dashboard, `digest`, `status` and all that only reads have their data from, on a machine that "
        "collects none: where another machine shares to, written as in CAMPAIGN_HEALTH_SHARE. Of a PostgreSQL or a "
        "DuckLake all workspaces that machines share there are shown, and told of, together. The dashboard looks at it "
        "each minute. A machine that has collected itself tells of its own data. What people decide is decided on the "
        "machine that collects.",
        secret=True,
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_ROUTE_DATABASE_URL",
        "Address of a PostgreSQL database for the route's data (postgresql://USER:PASSWORD@HOST/DATABASE), so that "
        "`route serve` can run on several machines at once. Without it that data is in a file of the data folder.",
        secret=True,
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_ROUTE_ENCRYPTION_KEY",
        "A text of at least 32 characters, such as by `openssl rand -hex 32`: the properties of events that the route "
        "keeps are sealed with it. Lost, they are. While it is changed: the new one, a comma, and the old one.",
        secret=True,
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_DASHBOARD_URL",
        "Address under which people open the dashboard, for links in the digest.",
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_ALLOWED",
        "Who may sign in: addresses or domains, separated by commas. Where it is set, the dashboard is not served "
        "without sign-in.",
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_UNVERIFIED_ISSUERS",
        "Sign-in providers (their `iss`, separated by commas) whose addresses count although they leave out whether an "
        "address is verified.",
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_SECRETS_FILE",
        "The file of secrets, with the [auth] table of sign-in. Where it is set it must be there.",
        ".streamlit/secrets.toml",
        scope="program",
    ),
    Setting("CAMPAIGN_HEALTH_CONNECT_SECONDS", "Seconds to wait for a connection.", "10", scope="program"),
    Setting(
        "CAMPAIGN_HEALTH_READ_SECONDS",
        "Seconds without a byte after which a request is given up; an export may take five times as long to begin, and "
        "so may a whole conversation with the mail server.",
        "60",
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_SOURCE_MINUTES",
        "Minutes that one source of a workspace may take, all its waits included. What is whole by then is saved, and "
        "the next run goes on from there.",
        "45",
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_RUN_MINUTES",
        "Minutes that the collection of one workspace may take; no source takes more than half of what is left of "
        "them. What begins at 06:30 is over before the digest at 09:00.",
        "120",
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_LOG_FORMAT",
        "How `run`, `up`, `once`, `dashboard` and `digest` write to standard error: `text` or `json`, each line with "
        "its time and level. `auto`: `text`, but on a terminal `once`, `dashboard` and `digest` write as for a person.",
        "auto",
        scope="program",
        choices=("auto", "text", "json"),
    ),
    Setting(
        "CAMPAIGN_HEALTH_HEALTH_PORT",
        "Port at which the schedule answers `/healthz` and `/metrics`; 0: none. One that is taken is told of, and the "
        "schedule runs without.",
        "8502",
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_HEALTH_ADDRESS",
        "Address for that; the default is this machine only. Whoever reaches it reads the names of workspaces and when "
        "what was done, nobody's key and nobody's name.",
        "127.0.0.1",
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_METRICS_FILE",
        "File for the same numbers in Prometheus' text format, such as one that the node exporter's textfile collector "
        "reads; `run` and `up` write it each minute, `once` at its end. Empty: none.",
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_DIGEST_TOGETHER",
        "Whether workspaces that have the same channels are told in one message, a line for each broken one.",
        "off",
        scope="program",
        choices=("on", "off"),
    ),
    Setting(
        "CAMPAIGN_HEALTH_WORKSPACES_AT_ONCE",
        "How many workspaces are collected side by side; one that takes longer than a quarter of an hour makes room "
        "for another.",
        "2",
        scope="program",
    ),
    Setting(
        "CAMPAIGN_HEALTH_NOW",
        "An ISO 8601 instant with offset that stands in for the clock, for tests and replays. The services' clock is "
        "then not compared with it.",
        scope="program",
    ),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}


def settings_table() -> str:
    """The settings as a Markdown table, for the docs."""
    rows = ["| Setting | Meaning | Default |", "|---|---|---|"]
    for setting in SETTINGS:
        choices = f" One of {', '.join(setting.choices)}." if setting.choices else ""
        secret = " Secret." if setting.secret else ""
        rows.append(f"| `{setting.name}` | {setting.meaning}{choices}{secret} | {setting.default or '–'} |")
    return "\n".join(rows) + "\n"
