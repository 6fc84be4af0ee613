"""Who waits for the daily hour, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.manifest.problems import ManifestError
from campaign_health.route.experiment_law import LAST_MINUTES_SECONDS, Experiment, arm_of, held_until, salted
from campaign_health.route.manifest_contract import ManifestContract
from campaign_health.route.recovery.recovery_plan import plan_for
from storage.outbox.route_file import PersonHash

PEOPLE = 20_000
MANIFEST = """\
version: 1
events:
  limit reached:
    route: {to: paywall}
  upgraded: {}
renames:
  - {from: upgraded_old, to: upgraded}
campaigns:
  - name: Upgrade offer
    event: limit reached
    timing: within 5 minutes
    experiment: {hold_back: 10 %, until: daily, converted: upgraded_old, within: 7 days}
"""


def experiment(percent: int = 10, campaign: str = "Upgrade offer") -> Experiment:
    return Experiment(campaign, None, percent, time(9), "upgraded", 7 * 86_400.0, {}, "said")


def held_back(hash_of: PersonHash, of: Experiment) -> set[int]:
    return {
        number
        for number in range(PEOPLE)
        if arm_of(hash_of("default", salted(of.campaign, f"u-{number}")), of.percent) == "held_back"
    }


def test_people_stay_in_their_arm_and_it_has_its_share(tmp_path: Path) -> None:
    hash_of = PersonHash(tmp_path)
    found = held_back(hash_of, experiment())
    # 4.5 standard deviations of a binomial share.
    assert abs(len(found) / PEOPLE - 0.10) < 4.5 * (0.1 * 0.9 / PEOPLE) ** 0.5
    assert held_back(PersonHash(tmp_path), experiment()) == found, "also after a restart"
    assert found < held_back(hash_of, experiment(20)), "with a larger share nobody leaves it"
    other = held_back(hash_of, experiment(campaign="Another"))
    assert abs(len(other & found) / len(found) - 0.10) < 0.04, "another campaign holds back others"


def test_another_installation_holds_back_others(tmp_path: Path) -> None:
    first, second = (held_back(PersonHash(tmp_path / name), experiment()) for name in ("a", "b"))
    assert abs(len(first & second) / len(first) - 0.10) < 0.04


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.times(),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
    st.floats(0, 71 * 3600),
)
def test_it_waits_for_the_next_daily_hour_and_never_until_it_is_of_no_use(
    at: datetime, hour: time, zone: str, left: float
) -> None:
    received = at.replace(tzinfo=UTC).timestamp()
    due = held_until(hour, ZoneInfo(zone), received, received + left)
    assert due <= received + left - LAST_MINUTES_SECONDS
    whole = held_until(hour, ZoneInfo(zone), received, received + 71 * 3600)
    assert received < whole <= received + timedelta(hours=26).total_seconds()
    assert due in (whole, received + left - LAST_MINUTES_SECONDS)


def test_a_day_is_as_long_as_it_is_when_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    nine = datetime(2026, 10, 24, 9, tzinfo=zone).timestamp()
    assert held_until(time(9), zone, nine, nine + 71 * 3600) - nine == 25 * 3600


def test_the_contract_knows_which_event_waits_and_what_converts() -> None:
    contract = ManifestContract(parse_manifest(MANIFEST).manifest, "id")
    (found,) = contract.experiments.items()
    assert found[0] == "limit reached"
    assert (found[1].percent, found[1].at, found[1].converted) == (10, time(9), "upgraded")
    assert contract.conversion_names == {"upgraded", "upgraded_old"}
    assert contract.conversion("upgraded_old", {"$user_id": "u-1"}, "backend") == ("upgraded", 604_800.0, "u-1")
    assert contract.conversion("limit reached", {"$user_id": "u-1"}, "backend") is None
    assert contract.conversion("upgraded", {}, "backend") is None
    routed = contract.routed("limit reached")
    assert routed is not None
    assert routed.relevant_seconds == 26 * 3600, "its message has to make sense at the daily hour"


def test_people_are_known_by_their_address_where_customerio_knows_them_so() -> None:
    contract = ManifestContract(parse_manifest(MANIFEST).manifest, "email")
    paid = {"$email": "Ada@Example.com"}
    assert contract.conversion("upgraded", paid, "backend") == ("upgraded", 604_800.0, "ada@example.com")
    assert contract.conversion("upgraded", paid, "browser") is None, "anybody can send that"


def test_a_campaign_that_does_not_run_holds_nobody_back() -> None:
    text = MANIFEST.replace("    timing:", "    state: stopped\n    timing:")
    assert ManifestContract(parse_manifest(text).manifest, "id").experiments == {}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("  - {name: B, event: paywall, experiment: {hold_back: 5 %}}", "`Upgrade offer` and `B` have an experiment"),
        ("  - {name: B, event: x, relevant_for: 2 hours, experiment: {hold_back: 5 %}}", "of no use any more"),
        ("  - {name: B, event: x, experiment: {hold_back: 60 %}}", "no share from 1 % to 50 %"),
        ("  - {name: B, event: x, experiment: {hold_back: 0.1}}", "no share from 1 % to 50 %"),
        ("  - {name: B, event: x, experiment: {hold_back: 5 %, within: 2 hours}}", "shorter than a day"),
        ("  - {name: B, segments: [x], experiment: {hold_back: 5 %}}", "needs the campaign's `event`"),
    ],
)
def test_what_cannot_be_compared_is_refused(more: str, said: str) -> None:
    with pytest.raises(ManifestError, match=said):
        parse_manifest(f"{MANIFEST}{more}\n")


def test_a_recovery_takes_nobody_who_may_still_wait_for_the_daily_hour() -> None:
    manifest = parse_manifest(MANIFEST).manifest
    day, zone = date(2026, 11, 20), ZoneInfo("UTC")
    plan = plan_for(manifest.campaigns[0], "default", 1, "Upgrade offer", "paywall", [], (day, day), zone)
    assert plan.patience_seconds == 27 * 3600
    assert (plan.experiment_campaign, plan.held_back_percent) == ("Upgrade offer", 10)
    plain = manifest.campaigns[0].model_copy(update={"experiment": None})
    assert plan_for(plain, "default", 1, "Upgrade offer", "paywall", [], (day, day), zone).patience_seconds == 3600
