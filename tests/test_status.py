"""`status`, `explain`, `judge` and `replay` in the terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from campaign_health.dashboard.reads.overview import incidents
from campaign_health.detection.sentences import how_rare, money, overview_sentence, seen_sentence, span
from storage.database import open_published, transaction
from storage.decisions import record_decision
from storage.records import SOURCES, CollectionRecord
from storage.save import save_collection
from tests.judge_cast import World, broken, day, morning_after, steady

DAYS = 45
BREAK = 34
LAST = 37
HOSTILE = "Evil\x1b[31m [bold]name[/bold] \r\n*x*"
MANIFEST = """
version: 1
events:
  event_2: {}
campaigns:
  - {name: Upgrade offer, event: event_2, owner: "@growth", deal_value: 1200, conversion_rate: 0.1}
"""


def _collected(world: World, outcome: str = "complete", error: str | None = None) -> None:
    with world.warehouse.open() as connection, transaction(connection):
        for source in SOURCES:
            at = morning_after(LAST) - timedelta(hours=2, minutes=28)
            wrong = source == "customerio_metrics"
            record = CollectionRecord(
                "run", "default", source, at, at, outcome if wrong else "complete", day(0), day(LAST), 1, 1,  # type: ignore[arg-type]
                error if wrong else None,
            )  # fmt: skip
            save_collection(connection, record)


def _environment(world: World, now: datetime | None = None) -> dict[str, str]:
    return {
        "CAMPAIGN_HEALTH_DATA_DIR": str(world.directory),
        "CAMPAIGN_HEALTH_NOW": (now or morning_after(LAST)).isoformat(),
        "CAMPAIGN_HEALTH_MANIFEST": str(world.directory / "manifest.yaml"),
    }


def _run(world: World, *arguments: str, now: datetime | None = None) -> Result:
    return CliRunner().invoke(campaign_health, list(arguments), env=_environment(world, now), catch_exceptions=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One silent campaign with a price, one that loses sends, one surging, one fine; judged and published."""
    directory = tmp_path_factory.mktemp("status")
    (directory / "manifest.yaml").write_text(MANIFEST)
    surging = steady(4, DAYS, name="Survey")
    for name in ("activated", "sent", "delivered"):
        getattr(surging, name)[BREAK:] *= 4
    stories = [
        steady(1, DAYS, name="Welcome"),
        broken(steady(2, DAYS, name="Upgrade offer"), BREAK),
        broken(steady(3, DAYS, name=HOSTILE), BREAK - 6, keep=0.4),
        surging,
    ]
    world = World(directory, stories, {"CAMPAIGN_HEALTH_MANIFEST": str(directory / "manifest.yaml")})
    world.collect(0, LAST)
    _collected(world)
    assert _run(world, "judge").exit_code == 0
    return world


def test_one_sentence_on_top_says_the_state_of_everything(world: World) -> None:
    text = " ".join(_run(world, "status").stdout.split())
    assert text.startswith("1 campaign is silent and 1 is losing sends; about $")
    assert "1 is healthy; 1 is surging; all sources collected today at 06:32." in text


def test_each_broken_campaign_says_what_since_when_why_what_it_costs_and_what_to_do(world: World) -> None:
    text = _run(world, "status").stdout
    block = text[text.index("Upgrade offer") : text.index("◧")]
    plain = " ".join(block.split())
    assert "silent since Fri 4 Sep 2026, 4 days" in plain
    assert "0 sends for" in plain
    assert "were expected" in plain
    for label in ("Seen", "Why", "Cost", "Do", "Who"):
        assert f"  {label}" in block
    assert "sends missed" in plain
    assert "at risk" in plain
    assert "@growth" in plain


def test_the_worst_stands_first(world: World) -> None:
    text = _run(world, "status").stdout
    assert text.index("Upgrade offer") < text.index("Evil") < text.index("Worth a look")


def test_it_fits_eighty_columns_and_is_plain_when_piped(world: World) -> None:
    text = _run(world, "status").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert "\r" not in text
    assert "[bold]name[/bold]" in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_the_exit_code_is_for_scripts_alone(world: World) -> None:
    assert _run(world, "status").exit_code == 0
    assert _run(world, "status", "--exit-code").exit_code == 1


def test_json_has_the_numbers_behind_the_words(world: World) -> None:
    found = json.loads(_run(world, "status", "--json").stdout)
    assert found["counts"] == {"healthy": 1, "silent": 1, "degraded": 1, "surging": 1}
    assert found["as_of"] == {"default": day(LAST).isoformat()}
    assert [item["campaign"] for item in found["broken"]] == ["Upgrade offer", HOSTILE]
    first = found["broken"][0]
    missed, risk = first["missed_sends"][0], first["revenue_at_risk"][0]
    assert risk == pytest.approx(missed * 0.1 * 1200)
    assert first["dollars_a_week"] == pytest.approx(risk / 4 * 7)


def test_an_old_collection_is_said_to_be_old(world: World) -> None:
    later = morning_after(LAST) + timedelta(days=3)
    text = _run(world, "status", now=later).stdout
    assert "The newest collection is 3 days old" in text
    assert json.loads(_run(world, "status", "--json", now=later).stdout)["could_not_tell"] is True


def test_a_source_that_was_last_asked_long_ago_is_named_though_the_others_are_fresh(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS, name="Welcome")])
    world.collect(0, LAST)
    _collected(world)
    fresh = morning_after(LAST + 20)
    with world.warehouse.open() as connection, transaction(connection):
        for source in SOURCES:
            if source.startswith("customerio"):
                record = CollectionRecord(
                    "new", "default", source, fresh, fresh, "complete", day(0), day(LAST), 1, 1, None
                )
                save_collection(connection, record)
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    _run(world, "judge", now=fresh)
    text = " ".join(_run(world, "status", now=fresh).stdout.split())
    assert "all sources collected 20 days ago at 06:32" in text
    assert "The newest collection of Mixpanel event counts is 20 days old: what follows is not of today." in text


def test_a_collection_of_yesterday_is_one_day_old(world: World) -> None:
    text = _run(world, "status", now=morning_after(LAST) + timedelta(hours=36)).stdout
    assert "The newest collection is 1 day old" in text


@pytest.mark.parametrize("at", ["events", "started", "sent", "delivered"])
def test_a_week_costs_as_much_as_the_days_that_were_collected_say(tmp_path: Path, at: str) -> None:
    gap = {(source, n) for source in ("customerio_metrics", "customerio_journeys") for n in range(BREAK + 2, BREAK + 7)}
    costs = []
    for name, failed in (("whole", set()), ("gap", gap)):
        stories = [steady(1, DAYS), broken(steady(2, DAYS, name="Upgrade offer"), BREAK, at=at)]
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.yaml").write_text(MANIFEST)
        world = World(tmp_path / name, stories, failed=failed)
        world.collect(0, DAYS - 1)
        _run(world, "judge", now=morning_after(DAYS - 1))
        found = json.loads(_run(world, "status", "--json", now=morning_after(DAYS - 1)).stdout)["broken"][0]
        costs.append(found["dollars_a_week"])
        with open_published(world.directory) as connection:
            (shown,) = incidents(connection, "default")
        assert (shown.dollars_a_week, shown.missed_a_day) == pytest.approx(
            (found["dollars_a_week"], found["missed_a_day"])
        )
    assert costs[1] == pytest.approx(costs[0], rel=0.15)


def test_explain_shows_the_calculation(world: World) -> None:
    text = " ".join(_run(world, "explain", "upgrade").stdout.split())
    assert "Upgrade offer: silent on Mon 7 Sep 2026" in text
    assert "The first link that broke: messages sent" in text
    assert "Journeys activated to sends: 0 sends for" in text
    assert "likelier if it is broken than if it is healthy; an alarm needs" in text
    assert "Day by day: activated to sent" in text
    assert "The calculation: activated to sent" in text


def test_explain_as_json_agrees_with_the_stored_verdict(world: World) -> None:
    found = json.loads(_run(world, "explain", "2", "--day", day(BREAK).isoformat(), "--json").stdout)
    stored = world.rows("SELECT status, stage FROM verdict WHERE campaign_id = 2 AND day = ?", day(BREAK))
    assert (found["status"], found["stage"]) == stored[0]
    (link,) = [link for link in found["links"] if (link["upstream"], link["downstream"]) == ("activated", "sent")]
    today = link["days"][-1]
    assert today["evidence"] > today["threshold"]
    assert link["began_on"] == day(BREAK).isoformat()


@pytest.mark.parametrize(
    ("wanted", "said"), [("nothing like it", "There is no campaign"), ("e", "may be"), ("99", "There is no campaign")]
)
def test_explain_says_which_campaigns_there_are(world: World, wanted: str, said: str) -> None:
    with pytest.raises(Exception, match=said):
        _run(world, "explain", wanted)


def test_a_manifest_with_a_slip_is_said_and_keeps_no_campaign_from_being_judged(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS, name="Upgrade offer")])
    world.collect(0, 20)
    (tmp_path / "manifest.yaml").write_text(MANIFEST)
    _run(world, "judge", now=morning_after(20))
    (tmp_path / "manifest.yaml").write_text("version: 1\ncampaigns: what?\n")
    result = _run(world, "judge", now=morning_after(20))
    assert result.exit_code == 0
    assert "manifest.yaml:2" in result.stderr
    assert world.rows("SELECT owner, deal_value FROM campaign_plan") == [("@growth", 1200)]


def test_replay_lists_what_would_have_been_announced_and_changes_nothing(world: World) -> None:
    before = world.table("incident_change")
    found = json.loads(
        _run(world, "replay", "--from", day(BREAK - 1).isoformat(), "--to", day(LAST).isoformat(), "--json").stdout
    )
    assert found["days"] == 5
    (opened,) = [item for item in found["announcements"] if item["kind"] == "opened"]
    assert (opened["campaign"], opened["day"], opened["announced_on"]) == (
        "Upgrade offer",
        day(BREAK).isoformat(),
        day(BREAK + 1).isoformat(),
    )
    assert world.table("incident_change") == before


def test_replay_of_quiet_days_says_so(world: World) -> None:
    text = _run(world, "replay", "--from", day(20).isoformat(), "--to", day(21).isoformat()).stdout
    assert text.startswith("0 announcements on 0 mornings; 2 quiet days.")


def test_replay_says_which_days_are_stored_where_others_were_asked_for(world: World) -> None:
    done = _run(world, "replay", "--from", "2025-01-01", "--to", day(1).isoformat())
    assert done.stdout.startswith("0 announcements on 0 mornings; 2 quiet days.")
    assert f"of 2025-01-01 to {day(1)}, only {day(0)} to {day(1)} is stored and was judged" in done.stderr
    within = _run(world, "replay", "--from", day(0).isoformat(), "--to", day(1).isoformat())
    assert "only" not in within.stderr


def test_replay_leaves_no_copy_behind_when_it_is_ended(world: World, tmp_path: Path) -> None:
    arguments = ["replay", "--from", day(0).isoformat(), "--to", day(LAST).isoformat()]
    process = subprocess.Popen(
        [sys.executable, "-m", "campaign_health", *arguments],
        env={
            **os.environ,
            **_environment(world),
            "TMPDIR": str(tmp_path),
            "PYTHONPATH": str(Path(__file__).parents[1]),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("campaign-health-replay-*/warehouse.duckdb")):
            assert time.monotonic() < deadline, "it never began"
            assert process.poll() is None, "it ended too early"
            time.sleep(0.005)
        process.terminate()
        _, told = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_a_muted_incident_stands_apart_with_owner_and_reason(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS, name="Upgrade offer"), BREAK)])
    world.collect(0, LAST)
    _collected(world)
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    _run(world, "judge")
    with world.warehouse.open() as connection, transaction(connection):
        record_decision(
            connection, "default", "mute", "ada", morning_after(LAST), incident_id="2-2026-09-04",
            reason="Migration", until=day(LAST + 9),
        )  # fmt: skip
    world.warehouse.publish()
    text = " ".join(_run(world, "status").stdout.split())
    assert "Muted ■ Upgrade offer, silent since Fri 4 Sep 2026; until Wed 16 Sep 2026 by ada: Migration" in text
    assert _run(world, "status", "--exit-code").exit_code == 1


def test_a_source_that_failed_is_could_not_tell_and_never_all_clear(tmp_path: Path) -> None:
    failed = {("customerio_metrics", LAST)}
    world = World(tmp_path, [steady(1, DAYS, name="Welcome")], failed=failed)
    world.collect(0, LAST)
    _collected(world, "failed", "Customer.io refused the key. Make a new one.")
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    _run(world, "judge")
    result = _run(world, "status", "--exit-code")
    assert result.exit_code == 2
    assert result.stdout.startswith("1 campaign could not be checked; collected today at 06:32, but not all of")
    assert "Customer.io sends: Customer.io refused the key." in result.stdout


def test_collected_campaigns_that_were_never_judged_are_counted_and_the_cure_is_said(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), steady(2, DAYS)])
    world.collect(0, LAST)
    _collected(world)
    world.warehouse.publish()
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    result = _run(world, "status", "--exit-code")
    text = " ".join(result.stdout.split())
    assert text.startswith("2 campaigns are collected; nothing was judged yet; all sources collected today at 06:32.")
    assert text.count("`campaign-health judge`") == 1
    assert "No campaigns are known" not in text
    assert result.exit_code == 2


def test_judging_as_of_a_day_that_is_not_collected_is_said(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS)])
    world.collect(0, LAST)
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    told = " ".join(_run(world, "judge", "--as-of", (day(LAST) + timedelta(days=3)).isoformat()).stderr.split())
    assert "was not collected yet, or is not over; judged up to" in told
    assert "warning" not in _run(world, "judge", "--as-of", day(LAST).isoformat()).stderr


def test_without_a_published_file_the_cure_is_said(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    assert _run(World(tmp_path, []), "status", "--exit-code").exit_code == 2
    with pytest.raises(Exception, match="collect"):
        _run(World(tmp_path, []), "status")


def test_judging_before_collecting_says_so_and_makes_no_file(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    with pytest.raises(Exception, match="Nothing was collected yet"):
        _run(World(tmp_path, []), "judge")
    assert not (tmp_path / "warehouse.duckdb").exists()


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (
            {"status": "silent", "events": 118, "sent": 0, "expected_low": 52.2, "expected_high": 70.9,
             "probability": 0},
            "0 sends for 118 events; 52 to 71 were expected; a healthy campaign does this less than once in a thousand "
            "years.",
        ),
        ({"status": "healthy", "events": 1, "sent": 1}, "1 send for 1 event."),
        ({"status": "learning", "events": 5, "sent": 4}, "4 sends for 5 events; too little history yet."),
        (
            {"status": "silent", "started": 40, "sent": 0, "stage": "sent", "expected_low": 30, "expected_high": 30},
            "0 sends for 40 journeys started; 30 were expected.",
        ),
        (
            {"status": "event_lost", "event": "project.created", "events": 0, "stage": "event", "expected_low": 90,
             "expected_high": 120, "day": "Mon 23 Nov"},
            "0 events named project.created on Mon 23 Nov; 90 to 120 were expected.",
        ),
        (
            {"status": "silent", "events": 62, "sent": 57, "delivered": 0, "stage": "delivered", "expected_low": 54,
             "expected_high": 58},
            "0 deliveries for 57 sends; 54 to 58 were expected; messages are sent, but do not arrive.",
        ),
        (
            {"status": "degraded", "events": 62, "sent": 57, "delivered": 28, "stage": "delivered"},
            "28 deliveries for 57 sends; messages are sent, but fewer of them arrive.",
        ),
        (
            {"status": "degraded", "events": 62, "started": 60, "sent": 27, "stage": "activated"},
            "27 sends for 62 events; journeys start, but fewer of them get past the campaign's filters.",
        ),
    ],
)  # fmt: skip
def test_a_verdict_is_one_sentence_with_its_numbers(numbers: dict[str, Any], said: str) -> None:
    assert seen_sentence(**numbers) == said


def test_the_overview_is_one_sentence() -> None:
    counts = {"silent": 2, "degraded": 1, "healthy": 37}
    assert overview_sentence(counts, 4300, "all sources collected this morning at 06:32") == (
        "2 campaigns are silent and 1 is losing sends; about $4,300 a week at risk; 37 are healthy; all sources "
        "collected this morning at 06:32."
    )
    assert overview_sentence({"healthy": 1}) == "Nothing is broken; 1 campaign is healthy."
    assert overview_sentence({"healthy": 3, "not_collected": 1}).startswith("Nothing is known to be broken;")
    assert overview_sentence({"healthy": 3}, certain=False).startswith("Nothing is known to be broken;")
    assert overview_sentence({}) == "No campaigns are known yet."


def test_numbers_are_written_for_people() -> None:
    assert [money(14_400), money(0.4), money(-12)] == ["$14,400", "$0", "-$12"]
    assert [span(51.6, 70.2), span(3, 3), span(1000, 2000)] == ["51 to 71", "3", "1,000 to 2,000"]
    assert [how_rare(p) for p in (1e-9, 1 / 80_000, 1 / 3700, 1 / 40, 1)] == [
        "less than once in a thousand years",
        "less than once in a hundred years",
        "about once in 10 years",
        "about once in 40 days",
        "on most days",
    ]
