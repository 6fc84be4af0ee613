"""Settings: where they are read from, what is refused, and that secrets stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_health.errors import SettingsError
from campaign_health.process.clock import read_clock
from campaign_health.settings import load_settings, unknown_settings
from campaign_health.settings.catalogue import SETTINGS

MIXPANEL = {
    "MIXPANEL_PROJECT_ID": "4242",
    "MIXPANEL_SERVICE_ACCOUNT": "account",
    "MIXPANEL_SERVICE_SECRET": "s3cret-of-mixpanel",
}


def test_without_any_setting_there_is_one_workspace_without_keys(tmp_path: Path) -> None:
    settings = load_settings({}, tmp_path)
    [workspace] = settings.workspaces
    assert (workspace.name, workspace.mixpanel, workspace.customerio) == ("default", None, None)
    assert workspace.backfill_days == 120
    assert f"{workspace.schedule.collect_at:%H:%M}" == "06:30"
    assert settings.data_dir == tmp_path / "data"


@pytest.mark.parametrize(
    ("region", "query", "export"),
    [
        ("us", "https://mixpanel.com/api/query", "https://data.mixpanel.com/api/2.0/export"),
        ("eu", "https://eu.mixpanel.com/api/query", "https://data-eu.mixpanel.com/api/2.0/export"),
        ("in", "https://in.mixpanel.com/api/query", "https://data-in.mixpanel.com/api/2.0/export"),
    ],
)
def test_a_region_stands_for_its_addresses(tmp_path: Path, region: str, query: str, export: str) -> None:
    mixpanel = load_settings({**MIXPANEL, "MIXPANEL_REGION": region}, tmp_path).workspaces[0].mixpanel
    assert mixpanel is not None
    assert (mixpanel.query_url, mixpanel.export_url) == (query, export)


def test_an_address_set_by_hand_overrides_the_regions(tmp_path: Path) -> None:
    environment = {**MIXPANEL, "MIXPANEL_QUERY_URL": "http://127.0.0.1:9/api/query/"}
    mixpanel = load_settings(environment, tmp_path).workspaces[0].mixpanel
    assert mixpanel is not None
    assert mixpanel.query_url == "http://127.0.0.1:9/api/query"
    assert mixpanel.app_url == "https://mixpanel.com/api/app"


def test_the_most_specific_place_wins(tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text('CAMPAIGN_HEALTH_COLLECT_AT = "03:00"\nunrelated = 1\n')
    file = tmp_path / "campaign-health.toml"
    file.write_text('CAMPAIGN_HEALTH_COLLECT_AT = "04:00"\n')

    def collect_at(environment: dict[str, str]) -> str:
        return f"{load_settings(environment, tmp_path).workspaces[0].schedule.collect_at:%H:%M}"

    assert collect_at({}) == "03:00"
    assert collect_at({"CAMPAIGN_HEALTH_COLLECT_AT": "02:00"}) == "02:00"
    file.write_text('[workspace.acme]\nCAMPAIGN_HEALTH_COLLECT_AT = "01:00"\n')
    assert collect_at({"CAMPAIGN_HEALTH_COLLECT_AT": "02:00"}) == "01:00"


def test_each_table_is_a_workspace_and_secrets_may_stand_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "campaign-health.toml").write_text(
        '[workspace.acme]\nCUSTOMERIO_APP_API_KEY = "env:ACME_KEY"\n'
        '[workspace.globex]\nCAMPAIGN_HEALTH_TIMEZONE = "Asia/Tokyo"\n'
    )
    settings = load_settings({"ACME_KEY": "the-key"}, tmp_path)
    acme, globex = settings.workspaces
    assert (acme.name, globex.name) == ("acme", "globex")
    assert acme.customerio is not None
    assert acme.customerio.app_api_key.get_secret_value() == "the-key"
    assert globex.time_zone is not None
    with pytest.raises(SettingsError, match="ACME_KEY"):
        load_settings({}, tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("MIXPANEL_REGOIN = 'eu'\n", "MIXPANEL_REGION"),
        ("[workspace]\nacme = 1\n", "table"),
        ("not toml at all", "TOML"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_the_cure(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "campaign-health.toml").write_text(text)
    with pytest.raises(SettingsError, match=told):
        load_settings({}, tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CAMPAIGN_HEALTH_TIMEZONE", "Europe/Nowhere"),
        ("CAMPAIGN_HEALTH_COLLECT_AT", "half past six"),
        ("CAMPAIGN_HEALTH_BACKFILL_DAYS", "0"),
        ("CAMPAIGN_HEALTH_BACKFILL_DAYS", "1.5"),
        ("CAMPAIGN_HEALTH_COLLECT_AT", "06:30+02:00"),
        ("CAMPAIGN_HEALTH_READ_SECONDS", "soon"),
        ("CAMPAIGN_HEALTH_READ_SECONDS", "inf"),
        ("MIXPANEL_QUERY_URL", "http://two words/"),
        ("MIXPANEL_QUERY_URL", "http://host:99999/"),
        ("CAMPAIGN_HEALTH_DASHBOARD_URL", "dashboard.example"),
        ("CAMPAIGN_HEALTH_DIGEST_ROUTES", "onboarding"),
        ("MIXPANEL_COUNT_SOURCE", "both"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_its_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({**MIXPANEL, name: value}, tmp_path)


def test_a_file_saved_on_windows_is_read(tmp_path: Path) -> None:
    (tmp_path / "campaign-health.toml").write_bytes(b'\xef\xbb\xbfMIXPANEL_REGION = "eu"\r\n')
    mixpanel = load_settings(MIXPANEL, tmp_path).workspaces[0].mixpanel
    assert mixpanel is not None
    assert mixpanel.region == "eu"
    (tmp_path / "campaign-health.toml").write_bytes('MIXPANEL_REGION = "eu"'.encode("utf-16"))
    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings(MIXPANEL, tmp_path)


def test_a_wrong_value_is_told_with_its_workspace(tmp_path: Path) -> None:
    (tmp_path / "campaign-health.toml").write_text(
        '[workspace.acme]\n[workspace.globex]\nCAMPAIGN_HEALTH_TIMEZONE = "europe/berlin"\n'
    )
    with pytest.raises(SettingsError, match=r"Workspace globex: .* Did you mean Europe/Berlin\?"):
        load_settings({}, tmp_path)
    (tmp_path / "campaign-health.toml").write_text('[workspace."\\n"]\n')
    with pytest.raises(SettingsError, match="name"):
        load_settings({}, tmp_path)


def test_a_tilde_is_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    settings = load_settings(
        {"CAMPAIGN_HEALTH_DATA_DIR": "~/health", "CAMPAIGN_HEALTH_MANIFEST": "~/m.yaml"}, tmp_path / "elsewhere"
    )
    assert settings.data_dir == tmp_path / "home" / "health"
    assert settings.workspaces[0].manifest_path == tmp_path / "home" / "m.yaml"


@pytest.mark.parametrize("text", ["2026-11-24T09:00:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_clock_that_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="CAMPAIGN_HEALTH_NOW"):
        read_clock({"CAMPAIGN_HEALTH_NOW": text})


@pytest.mark.parametrize(
    ("name", "value"),
    [("SMTP_FROM", "a@"), ("SMTP_FROM", "nobody"), ("SMTP_TO", "a@b.c, <<<"), ("SMTP_TO", "a@b\r\nBcc: c@d.e")],
)
def test_what_is_no_mail_address_is_refused(tmp_path: Path, name: str, value: str) -> None:
    mail = {"SMTP_HOST": "mail", "SMTP_FROM": "Ünal <a@b.c>", "SMTP_TO": "d@e.f, g@h.i"}
    smtp = load_settings(mail, tmp_path).workspaces[0].digest.smtp
    assert smtp is not None
    assert smtp.recipients == ("d@e.f", "g@h.i")
    with pytest.raises(SettingsError, match=name):
        load_settings({**mail, name: value}, tmp_path)
    with pytest.raises(SettingsError, match="SMTP_PASSWORD"):
        load_settings({**mail, "SMTP_USER": "me"}, tmp_path)


def test_secrets_are_never_printed(tmp_path: Path) -> None:
    environment = {name: f"secret-{number:040}" for number, name in enumerate(s.name for s in SETTINGS if s.secret)}
    environment |= {name: f"https://example.com/secret-{name}" for name in environment if name.endswith("URL")}
    environment["CAMPAIGN_HEALTH_APPRISE_URLS"] = "json://host/secret-apprise xml://secret-user@host"
    environment["CAMPAIGN_HEALTH_SHARE"] = (
        "postgresql://watch:secret-share-password@host/database file:///secret-folder"
    )
    environment["CAMPAIGN_HEALTH_DATABASE"] = "postgresql://reads:secret-read-password@host/database"
    environment |= {
        **MIXPANEL,
        "AMPLITUDE_API_KEY": "",
        "AMPLITUDE_SECRET_KEY": "",
        "EVENTS_SQL_URL": "",
        "SMTP_HOST": "mail",
        "SMTP_FROM": "a@b.c",
        "SMTP_TO": "d@e.f",
        "CUSTOMERIO_SITE_ID": "site",
    }
    settings = load_settings(environment, tmp_path)
    shown = repr(settings) + str(settings) + settings.model_dump_json()
    secrets = settings.secrets()
    assert len(secrets) >= 8
    assert "secret-read-password" in secrets
    assert not [secret for secret in secrets if secret in shown]


def test_variables_that_look_like_settings_and_are_none_are_told_with_what_was_meant() -> None:
    found = unknown_settings({"MIXPANEL_PROJECT": "1", "CAMPAIGN_HEALTH_NOW": "x", "PATH": "y", "CUSTOMERIO_XYZ": ""})
    assert found["MIXPANEL_PROJECT"] == "MIXPANEL_PROJECT_ID"
    assert set(found) == {"MIXPANEL_PROJECT", "CUSTOMERIO_XYZ"}


def test_toml_that_ends_too_early_is_told_with_its_last_line(tmp_path: Path) -> None:
    (tmp_path / "campaign-health.toml").write_text('MIXPANEL_REGION = "eu"\nSMTP_TO = ["a@b.c",\n\n')
    with pytest.raises(SettingsError) as failure:
        load_settings({}, tmp_path)
    assert failure.value.cure.startswith("It ends at line 2 with something still open")
    (tmp_path / "campaign-health.toml").write_text('MIXPANEL_REGION = "eu\n')
    with pytest.raises(SettingsError, match=r"at line 1.*Mend that line"):
        load_settings({}, tmp_path)
