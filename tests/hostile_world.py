"""The dashboard's world with every name from outside replaced by one that tries to be something else than text."""

from __future__ import annotations

from pathlib import Path

import duckdb

from storage.file.database import Warehouse, transaction
from tests.dashboard_world import build_dashboard_world

MARKUP = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script><b>bold</b>'
MARKDOWN = (
    "**bold** [lure](javascript:window.pwned=1) ![i](http://127.0.0.1:9/evil.png) $x^2$ :red[red] "
    ":material/bug_report: `c`"
)
SLACK = "<!channel> <@U123> <http://127.0.0.1:9/evil|lure> *bold* _it_ &amp;"
FORMULA = '=HYPERLINK("http://127.0.0.1:9/evil","bold")'
PLUS = "+cmd|' /C calc'!A0"
TURNED = "\u202eevil\u202c שלום עולם مرحبا"
LONG = "long_name_without_a_break_" * 9 + "x" * 21
assert len(LONG) == 255

# Old spelling to new, in every column that holds names from outside.
EVENTS = {
    "trial_signup_completed": MARKUP + " event",
    "project.created": MARKDOWN + " old",
    "project_created": "@" + MARKDOWN + " new",
    "paywall_limit_reached": FORMULA,
    "team_invite_sent": TURNED,
    "product_inactive_7d": LONG,
    "first_value_action": SLACK,
    "invoice_paid": "-" + PLUS,
}
CAMPAIGNS = {1: MARKUP, 2: MARKDOWN, 3: FORMULA, 4: TURNED, 5: LONG, 6: SLACK, 7: PLUS}
EVENT_COLUMNS = (("event", "event"), ("event_day", "event"), ("campaign", "event"), ("campaign_plan", "event"),
                 ("event_property", "event"), ("property_change", "event"), ("rename_suspect", "old_event"),
                 ("rename_suspect", "new_event"))  # fmt: skip


def build_hostile_world(data_dir: Path) -> Warehouse:
    """Writes the world and renames everything in it."""
    warehouse = build_dashboard_world(data_dir)
    with warehouse.open_and_publish() as connection, transaction(connection):
        for old, new in EVENTS.items():
            for table, column in EVENT_COLUMNS:
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [new, old])
            _in_sentences(connection, old, new)
        for number, name in CAMPAIGNS.items():
            connection.execute("UPDATE campaign SET name = ?, tags = [?] WHERE campaign_id = ?", [name, name, number])
            connection.execute("UPDATE campaign_plan SET owner = ? WHERE campaign_id = ?", [name, number])
            connection.execute(
                "UPDATE campaign_message SET name = ?, required_variables = [?], problem = ? WHERE campaign_id = ?",
                [name, f"event.{name}", name, number],
            )
            connection.execute(
                "INSERT INTO campaign_failure VALUES ('default', ?, ?, TIMESTAMP '2026-11-24', TIMESTAMP '2026-11-24')",
                [number, name],
            )
        for text in (MARKUP, MARKDOWN):
            connection.execute(
                "INSERT INTO decision (workspace, decision_id, kind, incident_id, campaign_id, reason, decided_by, "
                "decided_at) SELECT 'default', ?, 'acknowledge', incident_id, campaign_id, ?, ?, now()::TIMESTAMP "
                "FROM incident WHERE campaign_id = 2",
                [text[:9], text, text],
            )
        connection.execute("UPDATE incident SET acknowledged_by = ? WHERE campaign_id = 2", [MARKUP])
        connection.execute("UPDATE property_change SET property = ?, new_property = ?", [MARKUP, MARKDOWN])
        connection.execute(
            "UPDATE collection SET outcome = 'failed', error = ? WHERE source = 'customerio_metrics'",
            [MARKDOWN + MARKUP],
        )
    return warehouse


def _in_sentences(connection: duckdb.DuckDBPyConnection, old: str, new: str) -> None:
    """Names stand in the sentences and facts of causes, inside JSON, as they came."""
    as_json = connection.execute("SELECT to_json(?::VARCHAR)::VARCHAR", [new]).fetchall()[0][0][1:-1]
    connection.execute("UPDATE incident SET evidence = replace(evidence::VARCHAR, ?, ?)::JSON", [old, as_json])
    connection.execute("UPDATE incident SET summary = summary || ' ' || ? WHERE campaign_id < 5", [new])
