"""The checklist of the first run: what is left, said the same by `doctor` and by the overview."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.cli.doctor import command
from campaign_health.decisions.record_decision import change_warehouse, record_decision, undo_decisions
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.judge.judging import judge_all
from campaign_health.pipeline import Order
from campaign_health.process.clock import read_clock
from campaign_health.settings import WorkspaceSettings, load_settings
from campaign_health.state.setup_checklist import NEEDED_DAYS, Checklist, Point, SetupFacts, checklist
from campaign_health.state.setup_reads import gate_file, read_checklist
from campaign_health.words.campaign_facts import fact_text
from storage.file.database import Warehouse
from storage.read.setup_progress import CollectedDays, SetUpCampaign
from tests.collecting_cast import Installation

TODAY = date(2026, 11, 24)
DAYS = CollectedDays(120, date(2026, 7, 27), date(2026, 11, 23))
KEYS = {
    "MIXPANEL_PROJECT_ID": "1",
    "MIXPANEL_SERVICE_ACCOUNT": "a",
    "MIXPANEL_SERVICE_SECRET": "s",
    "CUSTOMERIO_APP_API_KEY": "k",
}


def settings_of(folder: Path, **values: str) -> WorkspaceSettings:
    return load_settings(values, folder).workspaces[0]


def campaign(
    number: int, status: str | None = "healthy", owner: str | None = "@us", value: float | None = 5.0
) -> SetUpCampaign:
    return SetUpCampaign(number, f"Campaign {number}", "running", status, owner, value)


def point(found: Checklist, name: str) -> Point:
    [one] = [one for one in found.points if one.name == name]
    return one


def test_the_days_it_asks_for_are_those_before_anything_is_alarmed() -> None:
    assert DetectorSettings().learning_days == NEEDED_DAYS


def test_an_empty_installation_lacks_all_that_is_needed_and_cannot_put_it_away(tmp_path: Path) -> None:
    found = checklist(settings_of(tmp_path), SetupFacts(ticked={"put_away": ("Ada", TODAY)}), None, TODAY)
    assert [one.name for one in found.left if one.is_needed] == ["keys", "days", "campaigns"]
    assert "CUSTOMERIO_APP_API_KEY are not set" in point(found, "keys").said
    assert found.is_shown
    assert found.heading == "Setting up: 0 of 7 done"


def test_the_one_campaign_that_is_not_watched_is_named_with_why(tmp_path: Path) -> None:
    campaigns = [campaign(number) for number in range(1, 18)] + [campaign(18, "too_quiet"), campaign(19, "not_running")]
    found = checklist(settings_of(tmp_path, **KEYS), SetupFacts(DAYS, campaigns), None, TODAY)
    said = point(found, "campaigns")
    assert said.text == "17 of 18; not Campaign 18 (too quiet to tell)."
    assert not said.is_needed
    assert not found.lacks_needed


def test_owners_and_deal_values_are_counted_of_the_campaigns_that_run(tmp_path: Path) -> None:
    campaigns = [campaign(1), campaign(2, owner=None), campaign(3, value=0.0), campaign(4, "not_running", None, None)]
    found = checklist(settings_of(tmp_path, **KEYS), SetupFacts(DAYS, campaigns), None, TODAY)
    assert point(found, "owners").text.startswith("2 of 3 (")
    assert "not of Campaign 2" in point(found, "owners").text
    assert point(found, "deal_values").text == "3 of 3."


def test_when_only_optional_points_are_left_it_can_be_put_away(tmp_path: Path) -> None:
    facts = SetupFacts(DAYS, [campaign(1, owner=None)])
    assert checklist(settings_of(tmp_path, **KEYS), facts, None, TODAY).is_shown
    away = SetupFacts(DAYS, facts.campaigns, ticked={"put_away": ("Ada", TODAY)})
    assert not checklist(settings_of(tmp_path, **KEYS), away, None, TODAY).is_shown
    assert checklist(settings_of(tmp_path), SetupFacts(), None, TODAY).is_shown


def test_a_channel_is_any_of_those_there_are(tmp_path: Path) -> None:
    slack = settings_of(tmp_path, **KEYS, SLACK_WEBHOOK_URL="https://hooks.slack.com/services/a/b/c")
    assert point(checklist(slack, SetupFacts(), None, TODAY), "channel").text.startswith("Slack;")
    teams = settings_of(tmp_path, **KEYS, CAMPAIGN_HEALTH_APPRISE_URLS="json://example.com")
    assert point(checklist(teams, SetupFacts(), None, TODAY), "channel").text.startswith("Apprise;")
    none = point(checklist(settings_of(tmp_path, **KEYS), SetupFacts(), None, TODAY), "channel")
    assert (none.is_done, none.is_needed) == (False, False)


def test_all_done_is_shown_no_more(tmp_path: Path) -> None:
    slack = settings_of(tmp_path, **KEYS, SLACK_WEBHOOK_URL="https://hooks.slack.com/services/a/b/c")
    found = checklist(slack, SetupFacts(DAYS, [campaign(1)]), ".github/workflows/check.yml", TODAY)
    assert (found.left, found.is_shown) == ((), False)


@pytest.mark.parametrize(
    ("path", "text", "is_gate"),
    [
        (".github/workflows/a.yml", "    - run: campaign-health check --code . --base origin/main\n", True),
        (".github/workflows/a.yml", "    - uses: acme/campaign-health@v0.1.0\n", True),
        (".pre-commit-config.yaml", "      - id: campaign-health-check\n", True),
        (".github/workflows/a.yml", "    # - uses: acme/campaign-health@v0.1.0\n", False),
        (".github/workflows/a.yml", "    - run: campaign-health collect\n", False),
        ("docs/notes.yml", "campaign-health check\n", False),
    ],
)
def test_a_pipeline_of_the_manifest_s_repository_that_runs_check_is_the_gate(
    tmp_path: Path, path: str, text: str, is_gate: bool
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text)
    (tmp_path / "tracking").mkdir()
    manifest = tmp_path / "tracking" / "manifest.yaml"
    assert gate_file(manifest) == (path if is_gate else None)
    assert gate_file(None) is None


def test_what_is_collected_judged_ticked_off_and_refused_shows_in_it(installation: Installation) -> None:
    def now() -> Checklist:
        return read_checklist(installation.settings(), "default", read_clock(installation.environment))

    assert point(now(), "days").text == "none yet."
    installation.collect()
    assert point(now(), "campaigns").cure == "Run `campaign-health judge`."
    warehouse = Warehouse(installation.data_dir)
    judge_all(warehouse, installation.settings(), read_clock(installation.environment))
    found = now()
    assert point(found, "days").is_done
    assert point(found, "keys").is_done
    assert point(found, "campaigns").text.startswith(("3 of 3", "2 of 3", "1 of 3"))
    assert not point(found, "gate").is_done
    at = read_clock(installation.environment)
    said = change_warehouse(
        warehouse, lambda connection: record_decision(connection, "default", "checklist", "Ada", at, about="gate")
    )
    assert point(now(), "gate").text.startswith("Ada said on ")
    change_warehouse(warehouse, lambda connection: undo_decisions(connection, "default", [said], "Ada", at))
    assert not point(now(), "gate").is_done
    installation.sandbox.fail("unauthorized", endpoint="customerio", at="every", times=None)
    installation.collect(Order(sources=frozenset({"customerio_campaigns"})))
    assert "the newest collection failed" in point(now(), "keys").said


def test_the_doctor_prints_it_and_writes_it_as_json(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in installation.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(installation.data_dir)
    installation.collect()
    expected = read_checklist(installation.settings(), "default", read_clock(installation.environment))
    printed = " ".join(CliRunner().invoke(command, []).output.split())
    assert expected.heading in printed
    for one in expected.points:
        assert " ".join(one.said.split()) in printed
    told = json.loads(CliRunner().invoke(command, ["--json"]).stdout)["checklist"]["default"]
    assert [one["text"] for one in told] == [one.text for one in expected.points]


def test_facts_are_written_as_people_write_them() -> None:
    assert fact_text("deal_value", 1200.0) == "1,200"
    assert fact_text("deal_value", 9.5) == "9.50"
    assert fact_text("conversion_rate", 0.1) == "10 %"
    assert fact_text("conversion_rate", 0.125) == "12.5 %"
    assert fact_text("conversion_rate", 0.004) == "0.4 %"
    assert fact_text("owner", None) == "none"
