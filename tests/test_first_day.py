"""The first day of a new user: what has been broken since before anybody counted is named, with its cause, at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.cli.main import campaign_health
from storage.file.database import open_published
from tests.first_day_cast import BREAKS, Company, FirstDay, add_healthy, first_day

LEVELS = [80, pytest.param(12, marks=pytest.mark.slow("other volumes")),
          pytest.param(1500, marks=pytest.mark.slow("other volumes"))]  # fmt: skip
pytestmark = pytest.mark.slow("first days")
FOUR = ("failing", "one drafted", "filtered", "renamed")


@pytest.fixture(scope="module", params=LEVELS)
def everything(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FirstDay:
    """A company with every kind of break, beside campaigns that are well."""
    company = Company(seed=request.param)
    for make, _ in BREAKS.values():
        make(company, request.param)
    add_healthy(company)
    return first_day(company, tmp_path_factory.mktemp("everything"))


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> FirstDay:
    """A company with four campaigns that are broken, each by another reason."""
    company = Company(seed=4)
    for kind in FOUR:
        BREAKS[kind][0](company, 80)
    add_healthy(company)
    return first_day(company, tmp_path_factory.mktemp("four"))


def said(found: FirstDay, *command: str) -> str:
    outcome = CliRunner().invoke(campaign_health, list(command), env=found.environment, catch_exceptions=False)
    return " ".join(outcome.stdout.replace("│", " ").split())


@pytest.mark.parametrize("kind", BREAKS)
def test_a_break_from_before_anybody_counted_is_told_with_its_cause(everything: FirstDay, kind: str) -> None:
    name = kind.capitalize()
    incident = everything.incidents()[name]
    assert (incident["status"], incident["cause"]) == ("open", BREAKS[kind][1])
    assert incident["evidence"][0]["never_otherwise"]
    assert (
        "it was so on every day that is known" in incident["evidence"][0]["sentence"]
        or "the first day known" in incident["evidence"][0]["sentence"]
    )
    assert incident["last_good_day"] is None


def test_what_is_well_is_not_alarmed_on_the_first_day(everything: FirstDay) -> None:
    told = {name for name, incident in everything.incidents().items() if incident["status"] == "open"}
    assert {name for name in told if name.startswith("Well")} == set()
    assert {status for name, status in everything.statuses().items() if name.startswith("Well")} == {"healthy"}


def test_all_messages_that_failed_count_as_missed(everything: FirstDay) -> None:
    incident = everything.incidents()["Failing"]
    facts = incident["evidence"][0]["facts"]
    assert incident["missed_sends"] >= facts["failed_since"]
    assert not any(name.endswith("_before") for name in facts)


def test_sends_that_nobody_can_expect_are_not_called_missed(everything: FirstDay) -> None:
    for name in ("Filtered", "Never met", "Off", "Renamed", "Unknown"):
        assert everything.incidents()[name]["missed_sends"] is None


def test_the_cause_of_each_of_four_is_named_in_status_and_digest(four: FirstDay) -> None:
    for command in (("status",), ("digest", "--dry-run")):
        text = said(four, *command)
        for label in ("Message failing.", "Message in draft or off.", "Filter no longer matches.",
                      "Event does not exist."):  # fmt: skip
            assert label in text, command
        assert text.count("since at least") == len(FOUR)
        assert "0 % before" not in text


def test_the_first_digest_tells_them_as_new_and_does_not_say_that_they_have_just_broken(four: FirstDay) -> None:
    text = said(four, "digest", "--dry-run")
    assert text.startswith("4 campaigns have been broken on every day that is known")
    assert "NEW" in text
    assert "STILL BROKEN" not in text


MANIFEST = """
version: 1
events:
  project_shared: {properties: {plan: {type: number}}}
  coupon_used: {}
campaigns:
  - {name: Filtered, event: project_shared, uses: [plan]}
  - {name: Never met, event: coupon_used, uses: [plan_tier]}
"""


def test_a_property_of_the_conditions_that_never_matches_is_named(tmp_path: Path) -> None:
    company = Company(seed=9)
    for kind in ("filtered", "never met"):
        BREAKS[kind][0](company, 80)
    add_healthy(company)
    (tmp_path / "manifest.yaml").write_text(MANIFEST)
    incidents = first_day(company, tmp_path, CAMPAIGN_HEALTH_MANIFEST=str(tmp_path / "manifest.yaml")).incidents()
    assert incidents["Filtered"]["cause"] == "property_type_changed"
    assert "should be a number and is text" in incidents["Filtered"]["evidence"][0]["sentence"]
    assert incidents["Never met"]["cause"] == "property_missing"
    sentence = incidents["Never met"]["evidence"][0]["sentence"]
    assert "`plan_tier` of `coupon_used`, and none of the" in sentence
    assert "The nearest name is `plan`." in sentence


def test_the_mornings_after_tell_nothing_of_it_again(tmp_path: Path) -> None:
    company = Company(seed=4)
    for kind in FOUR:
        BREAKS[kind][0](company, 80)
    add_healthy(company)
    found = first_day(company, tmp_path, mornings=3)
    assert {name: incident["cause"] for name, incident in found.incidents().items()} == {
        kind.capitalize(): BREAKS[kind][1] for kind in FOUR
    }
    with open_published(tmp_path) as connection:
        told = connection.execute("SELECT kind, count(*), count(DISTINCT recorded_at) FROM incident_change GROUP BY 1")
        assert told.fetchall() == [("opened", len(FOUR), 1)]


@pytest.mark.parametrize("days", [14, 30])
def test_less_history_names_what_needs_none(tmp_path: Path, days: int) -> None:
    company = Company(seed=5)
    for kind in ("failing", "drafted", "one drafted", "undeliverable", "filtered", "renamed", "off"):
        BREAKS[kind][0](company, 80)
    add_healthy(company)
    found = first_day(company, tmp_path, CAMPAIGN_HEALTH_BACKFILL_DAYS=str(days))
    assert {name: incident["cause"] for name, incident in found.incidents().items()} == {
        "Failing": "message_failing", "Drafted": "message_draft_or_off", "One drafted": "message_draft_or_off",
        "Undeliverable": "recipients_unreachable", "Filtered": "filter_no_longer_matches",
        "Renamed": "event_unknown", "Off": "message_draft_or_off",
    }  # fmt: skip


@pytest.mark.parametrize("kind", FOUR)
def test_the_explanation_does_not_say_that_nothing_was_expected(four: FirstDay, kind: str) -> None:
    text = said(four, "explain", kind.capitalize())
    assert "on every day that is known" in text or "the first day known" in text
    assert "0 were expected" not in text
    assert "0 expected. Too few" not in text
    assert "there is nothing to reckon from" in text
