"""A published file with one campaign of every kind, written straight into the tables: for the pages' tests.

Today is 24 November 2026, nine o'clock in Berlin; days run from 1 July to 23 November, all judged.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from storage.file.database import Warehouse, transaction

TODAY = date(2026, 11, 24)
FIRST_DAY = date(2026, 7, 1)
LAST_DAY = TODAY - timedelta(days=1)
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAYS = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]

# id, name, state, event, level of events, send ratio, what is wrong, since how many days, owner, deal value, tags
CAST: list[tuple[int, str, str, str | None, float, float, str, int, str | None, float | None, list[str]]] = [
    (1, "Onboarding welcome", "running", "trial_signup_completed", 120, 0.95, "", 0, "@lifecycle", 600, ["onboarding"]),
    (2, "Project tips", "running", "project.created", 118, 0.52, "event_renamed", 5, "@growth", 1200, ["activation"]),
    (3, "Upgrade offer", "running", "paywall_limit_reached", 60, 0.9, "message_failing", 2, "@lifecycle", 800, ["revenue"]),
    (4, "Team expansion", "running", "team_invite_sent", 300, 0.7, "part_of_traffic_broke", 9, None, None, ["activation"]),
    (5, "Re-engagement", "running", "product_inactive_7d", 45, 0.8, "", 0, "@lifecycle", None, []),
    (6, "Activation, next step", "running", "first_value_action", 210, 0.6, "", 0, None, None, ["activation"]),
    (7, "Receipt follow-up", "running", "invoice_paid", 90, 0.99, "recovered", 20, None, None, ["revenue"]),
    (8, "Enterprise check-in", "running", "enterprise_demo_booked", 0.4, 0.9, "too_quiet", 0, None, None, []),
    (9, "New feature tour", "running", "feature_tour_started", 80, 0.9, "learning", 0, None, None, ["onboarding"]),
    (10, "Spring promotion", "stopped", "promo_viewed", 150, 0.5, "not_running", 30, None, None, ["promotion"]),
    (11, "Usage report", "running", "report_exported", 400, 0.3, "volume_down", 4, "@growth", None, []),
    (12, "VIP invitation", "running", None, 25, 1.0, "", 0, None, None, ["vip"]),
    (13, "Webinar reminder", "running", "webinar_registred", 0, 0, "event_unknown", 0, None, None, []),
]  # fmt: skip
QUIET_STATUS = {"too_quiet", "learning", "not_running", "volume_down"}
KIND = {"event_renamed": "event_lost", "message_failing": "silent", "part_of_traffic_broke": "degraded",
        "recovered": "silent", "event_unknown": "silent"}  # fmt: skip
STAGE = {"event_renamed": "event", "message_failing": "sent", "part_of_traffic_broke": "started",
         "recovered": "activated", "event_unknown": "started"}  # fmt: skip
CAUSES = {
    "event_renamed": (
        "event_renamed",
        "`project.created` stopped on 19 November; `project_created` began the same day with 97 % of its volume and "
        "the same properties.",
        "Ask the team that sends the event which name is right, then set this campaign's trigger to it.",
        {"old_event": "project.created", "new_event": "project_created", "name_likeness": 1.0, "volume_handed_over": 0.97,
         "shared_properties": 1.0, "first_day": "2026-11-19", "name_today": "project_created"},
    ),
    "message_failing": (
        "property_type_changed",
        "`plan` on `paywall_limit_reached` was a string and is an object since 22 November; the message uses "
        "{{event.plan}}.",
        "Use {{event.plan.name}} in the message, or ask for the string back.",
        {"event": "paywall_limit_reached", "property": "plan", "type_before": "string", "type_after": "object"},
    ),
    "part_of_traffic_broke": (
        "part_of_traffic_broke",
        "About a third of journeys is missing since 15 November; the share is that of `os` = Android.",
        "Ask the Android team what changed in the release of 15 November.",
        {"property": "os", "value": "Android", "missing_share": 0.34},
    ),
    "recovered": ("filter_no_longer_matches", "Journeys started, none passed the filter.", "Check the filter segment.", {}),
    "event_unknown": (
        "event_unknown",
        "`webinar_registred` was never seen in Mixpanel; the nearest name is `webinar_registered`.",
        "Correct the trigger's name in Customer.io.",
        {"nearest": [{"event": "webinar_registered", "likeness": 0.97}]},
    ),
}  # fmt: skip


def build_dashboard_world(data_dir: Path) -> Warehouse:
    """Writes the world into a new data directory and publishes it."""
    warehouse = Warehouse(data_dir)
    with warehouse.open() as connection, transaction(connection):
        _fill(connection)
    warehouse.publish()
    return warehouse


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> None:
    frame = pd.DataFrame(rows)  # noqa: F841 - DuckDB finds it by name
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM frame")


def _fill(connection: duckdb.DuckDBPyConnection) -> None:
    rng = np.random.default_rng(7)
    zone_row = {"workspace": "default", "time_zone": "Europe/Berlin", "time_zone_since": datetime(2026, 7, 1)}
    _insert(connection, "workspace", [zone_row])
    _insert(
        connection,
        "judge_run",
        [{"workspace": "default", "judged_at": datetime(2026, 11, 24, 5, 33), "as_of": LAST_DAY}],
    )
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in (
        "campaign", "campaign_plan", "campaign_message", "campaign_day", "journey_day", "verdict", "incident",
        "incident_change", "event", "event_day", "source_day", "collection")}  # fmt: skip
    for part in CAST:
        _campaign(rows, rng, *part)
    _extra_events(rows, rng)
    _runs(rows)
    for table, found in rows.items():
        _insert(connection, table, found)
    _insert(connection, "rename_suspect", [{
        "workspace": "default", "old_event": "project.created", "new_event": "project_created",
        "first_day": LAST_DAY - timedelta(days=4), "last_day": LAST_DAY - timedelta(days=4), "gradual": False,
        "name_likeness": 1.0, "volume_handed_over": 0.97, "shared_properties": 1.0, "confidence": 0.99}])  # fmt: skip
    _insert(connection, "property_change", [{
        "workspace": "default", "event": "paywall_limit_reached", "property": "plan", "kind": "type_changed",
        "day": LAST_DAY - timedelta(days=1), "before": "string", "after": "object", "share_before": 0.99,
        "share_after": 0.99}])  # fmt: skip
    _insert(connection, "event_property", [
        {"workspace": "default", "event": event, "property": name, "type": kind, "day": LAST_DAY, "share": 0.99,
         "events_read": 118, "sampled": False, "collected_at": datetime(2026, 11, 24, 5, 31)}
        for event, name, kind in (("paywall_limit_reached", "plan", "object"), ("paywall_limit_reached", "hit_count", "number"),
                                  ("project_created", "project_id", "string"), ("project.created", "project_id", "string"))
    ])  # fmt: skip
    _insert(connection, "campaign_version", [
        {"workspace": "default", "campaign_id": 4, "valid_from": datetime(2026, 7, 1), "valid_to": datetime(2026, 10, 2, 9),
         "changes": "[]", "definition": "{}"},
        {"workspace": "default", "campaign_id": 4, "valid_from": datetime(2026, 10, 2, 9), "valid_to": None,
         "changes": json.dumps([{"field": "name", "from": "Team growth", "to": "Team expansion"}]), "definition": "{}"},
    ])  # fmt: skip


def _counts(rng: np.random.Generator, level: float) -> np.ndarray:
    weekday = np.array([1.1 if day.weekday() < 5 else 0.55 for day in DAYS])
    return rng.poisson(np.maximum(level * weekday, 0))


def _campaign(rows, rng, number, name, state, event, level, ratio, wrong, since, owner, value, tags) -> None:  # type: ignore[no-untyped-def]
    events = _counts(rng, level)
    age = np.arange(len(DAYS))
    bad = age >= len(DAYS) - since if since else np.zeros(len(DAYS), bool)
    if wrong == "recovered":
        bad = (age >= len(DAYS) - 20) & (age < len(DAYS) - 14)
    if wrong in ("event_renamed",):
        events = np.where(bad, 0, events)
    if wrong == "volume_down":
        events = np.where(bad, rng.binomial(events, 0.35), events)
    started = rng.binomial(events, 0.98) if event else events
    sent = rng.binomial(started, ratio) if ratio < 1 else started
    expected = ratio * 0.98 * np.where(bad & (wrong == "event_renamed"), _counts(rng, level), events)
    if wrong in ("message_failing", "recovered"):
        sent = np.where(bad, 0, sent)
    if wrong == "part_of_traffic_broke":
        sent = np.where(bad, rng.binomial(sent, 0.66), sent)
    alive = np.full(len(DAYS), True)
    if wrong == "not_running":
        alive = ~bad
    if wrong == "learning":
        alive = age >= len(DAYS) - 9
    gap = age == len(DAYS) - 13
    rows["campaign"].append({
        "workspace": "default", "campaign_id": number, "name": name, "state": state, "active": state == "running",
        "trigger_kind": "event" if event else "segment", "event": event, "tags": tags, "created": datetime(2026, 1, 5),
        "first_started": datetime(2026, 1, 6), "updated": datetime(2026, 10, 2), "definition": "{}",
        "seen_at": datetime(2026, 11, 24, 5, 30)})  # fmt: skip
    rows["campaign_plan"].append({
        "workspace": "default", "campaign_id": number, "event": event, "event_from": "trigger" if event else "none",
        "owner": owner, "deal_value": value, "conversion_rate": 0.1 if value else None, "timing": None,
        "uses": ["plan", "hit_count"] if number == 3 else []})  # fmt: skip
    rows["campaign_message"].append({
        "workspace": "default", "campaign_id": number, "message_id": number * 100, "name": f"{name}, first e-mail",
        "type": "email", "sending_state": "automatic", "required_variables": ["event.plan"] if number == 3 else ["customer.first_name"],
        "optional_variables": [], "problem": None, "updated": datetime(2026, 10, 2)})  # fmt: skip
    for index, day in enumerate(DAYS):
        missing = bool(gap[index])
        running = bool(alive[index])
        day_state = "not_collected" if missing else ("observed" if running else "not_expected")
        engaged = "provisional" if day == LAST_DAY and day_state == "observed" else day_state
        count = None if missing else int(sent[index]) if running else 0
        got = None if count is None else int(count * 0.98)
        rows["campaign_day"].append({
            "workspace": "default", "campaign_id": number, "day": day, "sent": count, "delivered": got,
            "opened": None if got is None else got // 2, "clicked": None if got is None else got // 10,
            "converted": None if got is None else got // 25, "bounced": None if got is None else 0,
            "failed": None if missing else int(started[index]) if wrong == "message_failing" and bad[index] else 0,
            "undeliverable": None if missing else 0, "suppressed": None if missing else 0,
            "drafted": None if missing else 0, "created": count, "attempted": None if missing else 0,
            "unsubscribed": None if missing else 0, "state": day_state, "engagement_state": engaged,
            "collected_at": datetime(2026, 11, 24, 5, 31)})  # fmt: skip
        rows["journey_day"].append({
            "workspace": "default", "campaign_id": number, "day": day,
            "started": None if missing else int(started[index]) if running else 0,
            "activated": None if missing else int(started[index] * 0.97) if running else 0,
            "never_activated": None if missing else int(started[index] * 0.03) if running else 0,
            "messaged": count, "exited_early": None if missing else 0, "finished": count,
            "converted": None if missing else 0, "state": day_state, "collected_at": datetime(2026, 11, 24, 5, 31)})  # fmt: skip
        if event and level:
            rows["event_day"].append({
                "workspace": "default", "event": event, "day": day, "events": int(events[index]), "state": "observed",
                "source": "query", "collected_at": datetime(2026, 11, 24, 5, 31)})  # fmt: skip
        is_bad = bool(bad[index]) and wrong in KIND
        status = "not_collected" if missing else KIND[wrong] if is_bad else "healthy"
        if wrong in QUIET_STATUS and (wrong == "too_quiet" or bad[index] or wrong == "learning"):
            status = wrong
        if not running:
            status = "not_running"
        if wrong == "event_unknown":
            status, is_bad = "silent", True
        mean = float(expected[index])
        rows["verdict"].append({
            "workspace": "default", "campaign_id": number, "day": day, "status": status,
            "stage": STAGE[wrong] if is_bad else None, "events": int(events[index]) if event else None,
            "started": None if missing else int(started[index]), "sent": count,
            "expected": mean if running else None, "expected_low": max(0.0, mean - 2.6 * mean**0.5) if running else None,
            "expected_high": mean + 2.6 * mean**0.5 if running else None, "probability": 1e-9 if is_bad else 0.4,
            "cause": CAUSES[wrong][0] if is_bad else None})  # fmt: skip
    if event and level:
        rows["event"].append({
            "workspace": "default", "event": event, "listed_at": datetime(2026, 7, 1), "first_seen": FIRST_DAY,
            "last_seen": LAST_DAY - timedelta(days=since if wrong == "event_renamed" else 0)})  # fmt: skip
    if wrong in KIND:
        _incident(rows, number, wrong, since or 60, float(expected[bad].sum() - sent[bad].sum()), value, level * ratio)


def _incident(rows, number, wrong, since, missed, value, usual) -> None:  # type: ignore[no-untyped-def]
    opened = LAST_DAY - timedelta(days=since - 1)
    cause, sentence, step, facts = CAUSES[wrong]
    back = LAST_DAY - timedelta(days=13) if wrong == "recovered" else None
    money = missed * 0.1 * value if value else None
    seen = f"0 sends on Mon 23 Nov; {round(usual * 0.85)} to {round(usual * 1.2)} were expected."
    if wrong == "part_of_traffic_broke":
        seen = "142 sends for 306 events on Mon 23 Nov; 188 to 236 were expected."
    rows["incident"].append({
        "workspace": "default", "incident_id": f"{number}-{opened}", "campaign_id": number,
        "status": "recovered" if back else "open", "kind": KIND[wrong], "opened_on": opened,
        "detected_on": opened, "recovered_on": back, "last_good_day": opened - timedelta(days=1), "stage": STAGE[wrong],
        "cause": cause, "summary": seen, "missed_sends": missed, "missed_sends_low": missed * 0.9,
        "missed_sends_high": missed * 1.1, "missed_events": missed, "missed_events_low": missed * 0.9,
        "missed_events_high": missed * 1.1, "revenue_at_risk": money, "revenue_at_risk_low": money and money * 0.9,
        "revenue_at_risk_high": money and money * 1.1,
        "evidence": json.dumps([{"cause": cause, "confidence": 0.97, "sentence": sentence, "since": str(opened),
                                 "facts": facts, "next_step": step, "ruled_out": []}])})  # fmt: skip
    kinds = [("opened", opened)] + ([("recovered", back)] if back else [])
    for kind, day in kinds:
        rows["incident_change"].append({
            "workspace": "default", "change_id": f"{number}-{opened}:{kind}:{day}", "incident_id": f"{number}-{opened}",
            "campaign_id": number, "kind": kind, "day": day, "recorded_at": NOW.replace(tzinfo=None), "detail": "{}",
            "news": True})  # fmt: skip


def _extra_events(rows, rng) -> None:  # type: ignore[no-untyped-def]
    new = len(DAYS) - 5
    series = {
        "project_created": np.concatenate([np.zeros(new, int), _counts(rng, 114)[new:]]),
        "page_viewed": _counts(rng, 5200),
        "webinar_registered": _counts(rng, 12),
        "search_performed": _counts(rng, 900),
        "legacy_export_clicked": np.where(np.arange(len(DAYS)) < 60, _counts(rng, 20), 0),
    }
    for event, counts in series.items():
        seen = np.flatnonzero(counts)
        rows["event"].append({
            "workspace": "default", "event": event, "listed_at": datetime(2026, 7, 1), "first_seen": DAYS[seen[0]],
            "last_seen": DAYS[seen[-1]]})  # fmt: skip
        for index in range(seen[0], len(DAYS)):
            rows["event_day"].append({
                "workspace": "default", "event": event, "day": DAYS[index], "events": int(counts[index]),
                "state": "observed", "source": "query", "collected_at": datetime(2026, 11, 24, 5, 31)})  # fmt: skip


def _runs(rows) -> None:  # type: ignore[no-untyped-def]
    sources = ("mixpanel_events", "mixpanel_properties", "mixpanel_lexicon", "customerio_campaigns",
               "customerio_metrics", "customerio_journeys")  # fmt: skip
    for back in range(14):
        day = TODAY - timedelta(days=back)
        for order, source in enumerate(sources):
            failed = back == 12 and source.startswith("customerio_")
            begun = datetime(day.year, day.month, day.day, 5, 30, order * 5)
            rows["collection"].append({
                "run_id": f"run-{day}", "workspace": "default", "source": source, "started_at": begun,
                "ended_at": begun + timedelta(seconds=4), "outcome": "failed" if failed else "complete",
                "first_day": day - timedelta(days=7), "last_day": day - timedelta(days=1), "requests": 13, "rows": 0 if failed else 90,
                "error": "Customer.io answered HTTP 503 five times. It is tried again at the next run." if failed else None})  # fmt: skip
    for source in ("mixpanel_events", "customerio_metrics", "customerio_journeys"):
        for index, day in enumerate(DAYS):
            missing = source.startswith("customerio") and index == len(DAYS) - 13
            rows["source_day"].append({
                "workspace": "default", "source": source, "day": day,
                "state": "not_collected" if missing else "observed", "collected_at": datetime(2026, 11, 24, 5, 31),
                "run_id": f"run-{TODAY}"})  # fmt: skip
