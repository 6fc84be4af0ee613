"""The settings of Amplitude, the zone that nobody tells, and what `doctor` says of the keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from campaign_health.check.look_up.live import observe_live
from campaign_health.doctor.amplitude_keys import examine_amplitude
from campaign_health.doctor.examination import examine
from campaign_health.errors import SettingsError
from campaign_health.health.finding import Finding
from campaign_health.manifest.schema import Manifest
from campaign_health.pipeline import order_from_names
from campaign_health.process.clock import read_clock
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.settings import load_settings, unknown_settings
from tests.collecting_cast import CAST, Installation, cast_world
from tests.storage_cast import warehouse_in

KEYS = {"AMPLITUDE_API_KEY": "key-0123456789", "AMPLITUDE_SECRET_KEY": "secret-0123456789"}
MIXPANEL = {"MIXPANEL_PROJECT_ID": "1", "MIXPANEL_SERVICE_ACCOUNT": "a", "MIXPANEL_SERVICE_SECRET": "mp-0123456789"}
COUNTS = order_from_names(["mixpanel_events"], None, None)


@pytest.fixture
def amplitude(tmp_path: Path) -> Iterator[Installation]:
    (tmp_path / "data").mkdir()
    with running_sandbox(cast_world(), limits=Limits.unlimited(), events_from="Amplitude") as sandbox:
        yield Installation(sandbox, tmp_path / "data", {"AMPLITUDE_COST_PER_HOUR": "108000"})


def findings(installation: Installation) -> dict[str, Finding]:
    found = examine(
        installation.settings(), installation.environment, installation.data_dir, read_clock(installation.environment)
    )
    return {one.subject: one for one in found}


def test_the_keys_of_both_services_in_one_workspace_are_refused_and_say_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="both Mixpanel and Amplitude are set"):
        load_settings(KEYS | MIXPANEL, tmp_path)


@pytest.mark.parametrize("lacking", KEYS)
def test_half_the_keys_are_refused(tmp_path: Path, lacking: str) -> None:
    with pytest.raises(SettingsError, match=f"{lacking} is missing"):
        load_settings({name: value for name, value in KEYS.items() if name != lacking}, tmp_path)


def test_the_region_decides_the_address_and_no_key_is_ever_shown(tmp_path: Path) -> None:
    settings = load_settings(KEYS | {"AMPLITUDE_REGION": "eu"}, tmp_path)
    [workspace] = settings.workspaces
    assert workspace.amplitude is not None
    assert workspace.amplitude.url == "https://analytics.eu.amplitude.com/api/2"
    assert workspace.event_service == "Amplitude"
    assert not [key for key in KEYS.values() if key in repr(settings) + settings.model_dump_json()]
    assert set(KEYS.values()) <= set(settings.secrets())
    assert not any(key in workspace.amplitude.hourly_share for key in KEYS.values())
    assert unknown_settings({"AMPLITUDE_KEY": "x"}) == {"AMPLITUDE_KEY": "AMPLITUDE_API_KEY"}


def test_a_zone_that_does_not_exist_is_refused_by_its_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="AMPLITUDE_TIMEZONE is 'Berlin'"):
        load_settings(KEYS | {"AMPLITUDE_TIMEZONE": "Berlin"}, tmp_path)


def test_without_its_zone_nothing_is_collected_and_the_setting_is_named(amplitude: Installation) -> None:
    amplitude.extra["AMPLITUDE_TIMEZONE"] = ""
    with pytest.raises(SettingsError, match="AMPLITUDE_TIMEZONE"):
        amplitude.collect(COUNTS)
    assert findings(amplitude)["Time zone"].level == "wrong"


def test_two_zones_that_differ_are_warned_of(amplitude: Installation) -> None:
    amplitude.extra["CAMPAIGN_HEALTH_TIMEZONE"] = "America/New_York"
    report = amplitude.collect(COUNTS)
    [note] = report.workspaces[0].notes
    assert "AMPLITUDE_TIMEZONE" in note
    assert findings(amplitude)["Time zone"].level == "wrong"


def test_another_service_begins_every_series_anew(amplitude: Installation) -> None:
    amplitude.sandbox.events_from = "Mixpanel"
    amplitude.collect(COUNTS)
    amplitude.sandbox.events_from = "Amplitude"
    for event in amplitude.sandbox.world.events.values():
        event.daily = event.daily + 1000
    amplitude.collect(COUNTS)
    assert amplitude.value("SELECT event_service FROM workspace") == "Amplitude"
    assert amplitude.value("SELECT min(events) FROM event_day WHERE events > 0") > 1000


def test_where_all_is_well_doctor_finds_nothing_wrong(amplitude: Installation) -> None:
    warehouse_in(amplitude.data_dir)
    amplitude.collect()
    found = findings(amplitude)
    assert [one for one in found.values() if one.level == "wrong"] == []
    assert {found[name].level for name in ("Amplitude key", "Amplitude queries", "Amplitude export")} == {"fine"}
    assert "Mixpanel key" not in found


@pytest.mark.parametrize(
    ("kind", "endpoint", "subject", "told"),
    [
        ("forbidden", "amplitude", "Amplitude key", "AMPLITUDE_SECRET_KEY"),
        ("unauthorized", "amplitude", "Amplitude key", "AMPLITUDE_REGION"),
        ("payment_required", "amplitude.segmentation", "Amplitude queries", "plan"),
        ("forbidden", "amplitude.export", "Amplitude export", "AMPLITUDE_API_KEY"),
    ],
)
def test_what_the_keys_may_not_do_is_named_with_the_cure(
    amplitude: Installation, kind: str, endpoint: str, subject: str, told: str
) -> None:
    amplitude.sandbox.fail(kind, endpoint=endpoint, at="every", times=None)
    finding = findings(amplitude)[subject]
    assert finding.level == "wrong"
    assert told in f"{finding.text} {finding.cure}"


def test_keys_of_another_region_are_found_there(amplitude: Installation) -> None:
    settings = amplitude.settings()
    [workspace] = settings.workspaces
    assert workspace.amplitude is not None
    bases = {"us": amplitude.sandbox.amplitude_url + "/nowhere", "eu": amplitude.sandbox.amplitude_url}
    amplitude.sandbox.fail("forbidden", within="/nowhere/", at="every", times=None)
    us = workspace.amplitude.model_copy(update={"url": bases["us"]})
    with requests.Session() as session:
        [finding] = examine_amplitude(us, settings.http, session, amplitude.sandbox.now, None, bases)
    assert "AMPLITUDE_REGION=eu" in finding.cure


def test_the_gate_asks_amplitude_live(amplitude: Installation) -> None:
    manifest = Manifest.model_validate({"version": 1, "events": {name: {} for name in CAST}})
    observed = observe_live(amplitude.environment, amplitude.data_dir, manifest, None, amplitude.sandbox.now)
    assert observed.event_service == "Amplitude"
    assert set(observed.events or {}) == set(CAST)
    assert "Amplitude's events" in observed.parts
    assert not observed.failures
