"""The settings of a database of the team's own as a workspace's source of events."""

from __future__ import annotations

from campaign_health.settings.one_setting import Setting

SQL_SETTINGS: tuple[Setting, ...] = (
    Setting(
        "EVENTS_SQL_URL",
        "Address of a database of your own that the events come from, in place of Mixpanel, as SQLAlchemy writes it: "
        "postgresql://USER:PASSWORD@HOST/DATABASE, bigquery://PROJECT, snowflake://…, databricks://…; needs the extra "
        "`sql-postgres`, `sql-bigquery`, `sql-snowflake` or `sql-databricks`.",
        secret=True,
    ),
    Setting(
        "EVENTS_SQL_QUERY",
        "The query that counts there. It has the places :first_day and :last_day, and returns event, day and events, "
        "one row for each event and day; a day without any row is not collected, and a row with a day, no event and 0 "
        "events says that nothing happened on it.",
    ),
    Setting("EVENTS_SQL_QUERY_FILE", "A file that holds that query, in its place."),
    Setting("EVENTS_SQL_TIMEZONE", "IANA name of the zone whose days the query counts."),
    Setting("EVENTS_SQL_SECONDS", "Seconds after which a query without an answer is given up.", "300"),
    Setting("EVENTS_SQL_NAME", "What pages and messages call the database.", "Warehouse"),
)
