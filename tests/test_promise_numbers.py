"""How soon messages followed their events: from the route's file to the warehouse, the page and the digest."""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.situation_reads import read_situation
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.cli.of_route.proving_beside import proving_beside
from campaign_health.judge.judging import judge_all
from campaign_health.process.clock import local_day
from campaign_health.state.early_signs import read_signs
from campaign_health.state.promises import promise_of_week, promises_of_days
from campaign_health.words.numbers import share_text
from collectors.errors import UnexpectedShape
from collectors.route import FILE_NAME, read_promises
from storage.file.database import Warehouse, open_published
from storage.file.zones import stored_zone
from storage.route_records import PromiseHourRecord
from storage.save import save_promise_hours
from tests.collecting_cast import SIGNED_UP, Installation
from tests.recovery_cast import MANIFEST, MANIFEST_NAME, WELCOME, company_at_hand, run_command
from tests.test_dashboard_states import drawn
from tests.test_dashboard_states import said as drawn_text

SILENT_SINCE_EVER = 3
pytestmark = pytest.mark.slow("recoveries")


@pytest.fixture
def promising(silent_company: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The silent company, which promises its welcome within two hours, judged this morning."""
    found = company_at_hand(silent_company, tmp_path, monkeypatch)
    promised = MANIFEST.replace("    event:", "    timing: within 2 hours\n    event:")
    (tmp_path / MANIFEST_NAME).write_text(promised, encoding="utf-8")
    run("decide", str(WELCOME), "renamed", "--by", "Ada")
    judge_all(Warehouse(found.data_dir), found.settings(), found.sandbox.now)
    return found


def run(*words: str) -> str:
    return run_command(*words).stdout


def rows(installation: Installation) -> list[dict[str, Any]]:
    with open_published(installation.data_dir) as connection:
        found = connection.execute("SELECT * FROM promise_hour WHERE campaign_id = ? ORDER BY hour", [WELCOME])
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_terminal_table_page_and_digest_say_the_same_to_the_digit(promising: Installation) -> None:
    told = json.loads(run("route", "proof", str(WELCOME), "--json"))
    assert promising.collect().exit_code() == 0
    judge_all(Warehouse(promising.data_dir), promising.settings(), promising.sandbox.now)
    kept = rows(promising)
    for name in ("qualifying", "sent", "not_sent", "unknown", "within_promise"):
        assert sum(row[name] for row in kept) == told[name], name
    assert [row["hour"].isoformat() for row in kept] == [one["hour"][:19] for one in told["hours"]]
    assert all(row["qualifying"] == row["sent"] + row["not_sent"] + row["unknown"] for row in kept)
    assert {row["delivered"] for row in kept} == {None}, "no reports are kept"
    with open_published(promising.data_dir) as connection:
        zone = stored_zone(connection, "default")
        assert zone is not None
        today = local_day(promising.sandbox.now, zone)
        week = promise_of_week(connection, "default", zone, WELCOME, today)
        situation = read_situation(connection, "default", "slack", promising.sandbox.now)
        assert situation.judged_day is not None
        yesterday = promises_of_days(connection, "default", zone, situation.judged_day, situation.judged_day)[WELCOME]
    assert week is not None
    name = told["campaign"]
    page = drawn_text(drawn("campaign", campaign=str(WELCOME))).replace("\\", "")
    assert week.sentence(name) in page
    digest = build_digest(situation, announcement_id="a", kind="digest", today=today, dashboard_url=None)
    text = " ".join(plain_text(digest).split())
    assert yesterday.was_missed, "it sent next to nothing"
    assert yesterday.sentence(name) in text
    assert share_text((yesterday.within or 0) / yesterday.known) in text


def test_to_whom_an_experiment_has_wait_nothing_is_promised(promising: Installation, tmp_path: Path) -> None:
    everybody = json.loads(run("route", "proof", str(WELCOME), "--json"))["qualifying"]
    manifest = tmp_path / MANIFEST_NAME
    compared = manifest.read_text(encoding="utf-8").replace(
        "    timing: within 2 hours\n", "    timing: within 2 hours\n    experiment: {hold_back: 50 %}\n"
    )
    manifest.write_text(compared, encoding="utf-8")
    others = json.loads(run("route", "proof", str(WELCOME), "--json"))["qualifying"]
    assert 0.3 * everybody < others < 0.7 * everybody


def test_all_campaigns_are_proved_with_one_export(promising: Installation) -> None:
    promising.sandbox.forget_requests()
    told = json.loads(run("route", "proof", "--all", "--json"))
    assert len(told["campaigns"]) > 1
    assert promising.sandbox.count("mixpanel.export") == 1
    noted = json.loads((promising.data_dir / FILE_NAME).read_text())["workspaces"]["default"]["promises"]
    assert {one["campaign_id"] for one in noted} == {one["campaign_id"] for one in told["campaigns"]}


def test_looking_twice_changes_nothing_and_other_days_stay(promising: Installation) -> None:
    run("route", "proof", str(WELCOME))
    first = read_promises(promising.data_dir, "default")
    run("route", "proof", str(WELCOME))
    assert read_promises(promising.data_dir, "default") == first
    world = promising.sandbox.world
    day = world.day(world.days - 12)
    run("route", "proof", str(WELCOME), "--since", day.isoformat(), "--until", day.isoformat())
    both = read_promises(promising.data_dir, "default")
    assert {one.hour for one in first} < {one.hour for one in both}


def test_a_campaign_that_falls_silent_within_the_hour_is_told_of_before_the_morning(promising: Installation) -> None:
    """Its hours are noted as the route would; the incident of another campaign is no business of it."""
    now = promising.sandbox.now
    healthy = next(one for one in promising.sandbox.world.campaigns if one not in (WELCOME, SILENT_SINCE_EVER))
    silent = [
        PromiseHourRecord(healthy, SIGNED_UP, now.replace(minute=0) - timedelta(hours=back), 6, sent, None, None,
                          6 - sent, 0, None, None, None, sent, 300.0, "observed", now)
        for back, sent in ((1, 0), (2, 0), *((back, 6) for back in range(3, 12)), (170, 6))
    ]  # fmt: skip
    warehouse = Warehouse(promising.data_dir)
    with warehouse.open_and_publish() as connection:
        save_promise_hours(connection, "default", silent)
    with open_published(promising.data_dir) as connection:
        zone = stored_zone(connection, "default")
        assert zone is not None
        (sign,) = read_signs(connection, "default", zone, now)
        (told,) = read_situation(connection, "default", "slack", now).early
        assert read_signs(connection, "default", zone, now + timedelta(hours=4)) == (), "nobody has looked since"
    assert (sign.campaign_id, sign.unsent, told.told) == (healthy, 12, False)
    assert sign.sentence(zone) in drawn_text(drawn("campaign", campaign=str(healthy))).replace("\\", "")
    assert "Early sign" not in drawn_text(drawn("campaign", campaign=str(WELCOME)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("qualifying", -1),
        ("qualifying", None),
        ("state", "zero"),
        ("p50_seconds", "soon"),
        ("hour", "noon"),
        ("sent", 1.5),
    ],
)
def test_a_file_that_is_not_the_routes_is_refused_and_nothing_is_stored(
    promising: Installation, name: str, value: object
) -> None:
    run("route", "proof", str(WELCOME))
    before = rows(promising)
    path = promising.data_dir / FILE_NAME
    body = json.loads(path.read_text())
    body["workspaces"]["default"]["promises"][0]["hours"][0][name] = value
    path.write_text(json.dumps(body))
    with pytest.raises(UnexpectedShape):
        read_promises(promising.data_dir, "default")
    promising.collect()
    assert rows(promising) == before


def test_beside_the_doors_it_is_run_again_and_again_and_a_failure_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    script = "import sys; open('ran', 'a').write('x'); sys.exit('no luck')"
    with proving_beside(1 / 600, tmp_path, (sys.executable, "-c", script), first_after=0.0):
        for _ in range(600):
            if (tmp_path / "ran").exists() and len((tmp_path / "ran").read_text()) >= 2:
                break
            time.sleep(0.1)
    assert len((tmp_path / "ran").read_text()) >= 2
    assert "could not be looked at: no luck" in caplog.text
