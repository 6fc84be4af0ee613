"""`/healthz` and `/metrics` say the same to the digit, and what is not known is no number."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from campaign_health.health.health_facts import Facts
from campaign_health.health.health_numbers import health_json, health_metrics
from campaign_health.health.health_state import health_of
from campaign_health.health.prometheus_text import Metric, prometheus_text
from tests.health_cast import HOUR, NOW, channel, facts, failed_source, source, workspace

STATES = {"healthy": 0.0, "degraded": 1.0, "failing": 2.0}
UNITS = ("_seconds", "_bytes")
WITHOUT_UNIT = {"info", "state", "workspace_state", "source_failing", "channel_failing"}

Key = tuple[str, tuple[tuple[str, str], ...]]


def samples(text: str) -> dict[Key, float]:
    """What Prometheus reads: every value by its name and labels."""
    return {
        (sample.name.removeprefix("campaign_health_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def told(asked: dict[str, Any]) -> dict[Key, float]:
    """The same values out of what `/healthz` says, by their places."""
    found: dict[Key, float] = {
        ("info", (("version", asked["version"]),)): 1.0,
        ("state", ()): STATES[asked["state"]],
        ("asked_timestamp_seconds", ()): instant(asked["asked_at"]),
    }
    found |= known("published_timestamp_seconds", instant(asked["published_at"]))
    found |= known("disk_free_bytes", asked["disk_free_bytes"]) | known("disk_needed_bytes", asked["disk_needed_bytes"])
    found |= known("clock_ahead_seconds", asked["clock_ahead_seconds"])
    if schedule := asked["schedule"]:
        found |= known("schedule_started_timestamp_seconds", instant(schedule["started_at"]))
        found |= known("schedule_looked_ago_seconds", schedule["looked_ago_seconds"])
        for one in schedule["running"]:
            labels = {name: one[name] for name in ("workspace", "task") if one[name] is not None}
            found |= known("running_since_timestamp_seconds", instant(one["since"]), **labels)
    for one in asked["workspaces"]:
        who = {"workspace": one["workspace"]}
        found |= known("workspace_state", STATES[one["state"]], **who)
        found |= known("round_timestamp_seconds", instant(one["round_at"]), **who)
        found |= known("round_due_timestamp_seconds", instant(one["round_due_at"]), **who)
        found |= known("round_overdue_seconds", one["round_overdue_seconds"], **who)
        found |= known("next_run_timestamp_seconds", instant(one["next_run_at"]), **who)
        for part in one["sources"]:
            of = who | {"source": part["source"]}
            found |= known("source_failing", part["failing_since"] is not None, **of)
            found |= known("source_failing_since_timestamp_seconds", instant(part["failing_since"]), **of)
            found |= known("source_newest_run_timestamp_seconds", instant(part["newest_run_at"]), **of)
            found |= known("source_answered_timestamp_seconds", instant(part["answered_at"]), **of)
            found |= known("source_complete_timestamp_seconds", instant(part["complete_at"]), **of)
        for part in one["channels"]:
            of = who | {"channel": part["channel"]}
            found |= known("channel_failing", part["outcome"] == "failed", **of)
            found |= known("channel_failing_since_timestamp_seconds", instant(part["failing_since"]), **of)
            found |= known("channel_sent_timestamp_seconds", instant(part["sent_at"]), **of)
    return found


def known(name: str, value: float | None, **labels: str) -> dict[Key, float]:
    return {} if value is None else {(name, tuple(sorted(labels.items()))): float(value)}


def instant(text: str | None) -> float | None:
    return None if text is None else datetime.fromisoformat(text).timestamp()


def both(of: Facts) -> tuple[dict[Key, float], dict[Key, float]]:
    health = health_of(of)
    return samples(health_metrics(health)), told(health_json(health))


def test_both_say_the_same_of_an_installation_in_which_everything_is_different() -> None:
    metrics, asked = both(
        facts(
            workspace(sources=(source(), failed_source()), channels=(channel("slack", HOUR), channel("mail"))),
            workspace('né "quoted" \\ 🎉', judged_at=None, full_run_at=None, clock_ahead=timedelta(seconds=-700.25)),
        )
    )
    days = {key: metrics.pop(key) for key in list(metrics) if key[0] == "judged_day_timestamp_seconds"}
    assert metrics == asked
    assert {datetime.fromtimestamp(value, tz=NOW.tzinfo).isoformat() for value in days.values()} == {
        "2026-11-22T23:00:00+00:00"  # the 23rd begins in Berlin
    }


def test_what_is_not_known_has_no_sample() -> None:
    unknown = workspace(sources=(), full_run_at=None, judged_at=None, judged_day=None, channels=())
    metrics, asked = both(facts(unknown, schedule=None, disk=None, published_at=None))
    assert metrics == asked
    names = {name for name, _ in metrics}
    assert not names & {"round_timestamp_seconds", "disk_free_bytes", "published_timestamp_seconds"}
    assert not any(name.startswith(("source_", "channel_", "schedule_")) for name in names)


def test_each_metric_has_a_meaning_and_is_named_with_its_unit() -> None:
    text = health_metrics(health_of(facts(workspace(sources=(failed_source(),), channels=(channel("slack", HOUR),)))))
    for family in text_string_to_metric_families(text):
        assert family.name.startswith("campaign_health_")
        assert family.documentation
        assert family.type == "gauge"
        short = family.name.removeprefix("campaign_health_")
        assert short in WITHOUT_UNIT or short.endswith(UNITS), family.name


LABEL = st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\r"), max_size=12)


@given(LABEL, LABEL, st.floats(allow_nan=False, allow_infinity=False))
def test_any_label_any_meaning_and_any_number_read_back_as_they_were(label: str, meaning: str, value: float) -> None:
    text = prometheus_text([Metric("one_bytes", f"a{meaning}b", (("", {"who": label}, value),))])
    [family] = text_string_to_metric_families(text)
    [sample] = family.samples
    assert (sample.labels, sample.value) == ({"who": label}, value)
