"""Reads the settings from the environment, `.streamlit/secrets.toml` and `campaign-health.toml`.

For each setting the most specific place wins: a workspace's table in `campaign-health.toml`, then the environment,
then the secrets file, then the top of `campaign-health.toml`, then the default.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from campaign_health.errors import SettingsError
from campaign_health.settings.catalogue import BY_NAME
from campaign_health.settings.model import DEFAULT_WORKSPACE, HttpSettings, ServiceSettings, Settings, SignInSettings
from campaign_health.settings.values import Values
from campaign_health.settings.workspace_settings import can_be_named, read_workspace
from storage.errors import StorageError
from storage.share.destinations import Destination, parse_destination

CONFIGURATION_FILE = "campaign-health.toml"
SECRETS_SETTING = "CAMPAIGN_HEALTH_SECRETS_FILE"
LEAST_KEY = 32
OWN_PREFIXES = ("MIXPANEL_", "AMPLITUDE_", "EVENTS_SQL_", "CUSTOMERIO_", "CAMPAIGN_HEALTH_")


def load_settings(environment: Mapping[str, str], directory: Path) -> Settings:
    """The settings as seen from `directory`.

    Raises:
        SettingsError: a file cannot be read, a name is unknown or a value cannot be used.
    """
    configuration = _read_toml(directory / CONFIGURATION_FILE)
    tables = configuration.pop("workspace", {})
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise SettingsError(
            f"{CONFIGURATION_FILE}: `workspace` must hold one table for each workspace.",
            "Write [workspace.acme] above the settings of the workspace acme.",
        )
    shared = _named(configuration, CONFIGURATION_FILE)
    given = {name: environment[name] for name in BY_NAME if environment.get(name, "").strip()}
    named = Values([("the environment", given), (CONFIGURATION_FILE, shared)], environment)
    secrets_file = named.path(SECRETS_SETTING, directory)
    secrets = _read_secrets(secrets_file, is_named=bool(given.get(SECRETS_SETTING) or shared.get(SECRETS_SETTING)))
    where = str(secrets_file.relative_to(directory) if secrets_file.is_relative_to(directory) else secrets_file)
    hidden = _named({name: value for name, value in secrets.items() if name.upper() in BY_NAME}, where)
    places = [("the environment", given), (where, hidden), (CONFIGURATION_FILE, shared)]

    program = Values(places, environment)
    workspaces = []
    for name, table in (tables or {DEFAULT_WORKSPACE: {}}).items():
        if not can_be_named(name):
            raise SettingsError(f"{CONFIGURATION_FILE} has a workspace named {name!r}.", "Give it a name to be seen.")
        where = f"[workspace.{name}] in {CONFIGURATION_FILE}"
        values = Values([(where, _named(table, where)), *places], environment)
        try:
            workspaces.append(read_workspace(name, values, directory))
        except SettingsError as failure:
            if not tables:
                raise
            raise SettingsError(f"Workspace {name}: {failure.message}", failure.cure) from failure
    return Settings(
        data_dir=program.path("CAMPAIGN_HEALTH_DATA_DIR", directory),
        route_database_url=program.secret("CAMPAIGN_HEALTH_ROUTE_DATABASE_URL"),
        route_encryption_keys=_encryption_keys(program),
        share=_share(program),
        database=_database(program),
        names_workspaces=bool(tables),
        at_once=program.whole("CAMPAIGN_HEALTH_WORKSPACES_AT_ONCE", 1, 32),
        dashboard_url=program.address("CAMPAIGN_HEALTH_DASHBOARD_URL"),
        digest_together=program.text("CAMPAIGN_HEALTH_DIGEST_TOGETHER") == "on",
        http=HttpSettings(
            connect_seconds=program.number("CAMPAIGN_HEALTH_CONNECT_SECONDS", least=0.01),
            read_seconds=program.number("CAMPAIGN_HEALTH_READ_SECONDS", least=0.01),
            source_minutes=program.number("CAMPAIGN_HEALTH_SOURCE_MINUTES", least=0.001),
            run_minutes=program.number("CAMPAIGN_HEALTH_RUN_MINUTES", least=0.001),
            is_replay="CAMPAIGN_HEALTH_NOW" in given,
        ),
        sign_in=SignInSettings(
            enabled=isinstance(secrets.get("auth"), dict),
            allowed=program.items("CAMPAIGN_HEALTH_ALLOWED"),
            unverified_issuers=program.items("CAMPAIGN_HEALTH_UNVERIFIED_ISSUERS"),
            secrets_file=secrets_file,
        ),
        service=ServiceSettings(
            log_format=program.text("CAMPAIGN_HEALTH_LOG_FORMAT"),
            health_address=program.text("CAMPAIGN_HEALTH_HEALTH_ADDRESS"),
            health_port=program.whole("CAMPAIGN_HEALTH_HEALTH_PORT", least=0, most=65535),
            metrics_file=program.optional_path("CAMPAIGN_HEALTH_METRICS_FILE", directory),
        ),
        workspaces=tuple(workspaces),
    )


def unknown_settings(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Variables that look like settings but are none, with the name that was probably meant."""
    strange = (name for name in environment if name.startswith(OWN_PREFIXES) and name not in BY_NAME)
    return {name: next(iter(get_close_matches(name, BY_NAME, n=1)), None) for name in sorted(strange)}


def _read_secrets(path: Path, *, is_named: bool) -> dict[str, Any]:
    # Without the file nobody would be asked to sign in: whoever names it is not served without it.
    if is_named and not path.is_file():
        raise SettingsError(f"{SECRETS_SETTING} is {path}, and there is no such file.", "Write the file's whole path.")
    return _read_toml(path)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        # Editors on Windows begin a file with a byte-order mark, which TOML does not know.
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except UnicodeDecodeError as failure:
        raise SettingsError(f"{path} is not written in UTF-8.", "Save it as UTF-8.") from failure
    except OSError as failure:
        raise SettingsError(f"{path} cannot be read: {failure.strerror}.", "Check its permissions.") from failure
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        raise SettingsError(f"{path} is not valid TOML: {failure}.", _toml_cure(str(failure), text)) from failure


def _toml_cure(said: str, text: str) -> str:
    if "end of document" not in said:
        return "Mend that line."
    last = len(text.rstrip().splitlines())
    return f"It ends at line {last} with something still open: close a quote, `[` or `{{`, or write the missing value."


def _named(table: Mapping[str, Any], where: str) -> dict[str, str]:
    named = {name.upper(): value for name, value in table.items()}
    _refuse_unknown(named, where)
    for name, value in named.items():
        if isinstance(value, dict):
            raise SettingsError(f"{where}: {name} is a table, not a value.", 'Write it as NAME = "value".')
    return {name: ",".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in named.items()}


def _refuse_unknown(names: Any, where: str) -> None:
    for name in names:
        if name not in BY_NAME:
            close = get_close_matches(name, BY_NAME, n=1)
            cure = (
                f"Did you mean {close[0]}?" if close else "`campaign-health docs settings` lists the names there are."
            )
            raise SettingsError(f"{where} has a setting that does not exist: {name}.", cure)


def _encryption_keys(program: Values) -> tuple[SecretStr, ...]:
    name = "CAMPAIGN_HEALTH_ROUTE_ENCRYPTION_KEY"
    keys = program.items(name)
    if len(keys) > 2 or any(len(one) < LEAST_KEY for one in keys):
        raise SettingsError(
            f"{name} is no key, or more than two.",
            f"Make one of at least {LEAST_KEY} characters, such as by `openssl rand -hex 32`; while it is changed, "
            "write the new one, a comma, and the old one.",
        )
    return tuple(map(SecretStr, keys))


def _share(program: Values) -> tuple[SecretStr, ...]:
    name = "CAMPAIGN_HEALTH_SHARE"
    given = program.secret(name)
    # A list in a file arrives with commas, and no address has one that is not written %2C.
    addresses = re.split(r"[\s,]+", given.get_secret_value()) if given else []
    for address in addresses:
        _destination(name, address)
    return tuple(map(SecretStr, addresses))


def _database(program: Values) -> SecretStr | None:
    name = "CAMPAIGN_HEALTH_DATABASE"
    address = program.secret(name)
    if address is not None:
        _destination(name, address.get_secret_value())
    return address


def _destination(name: str, address: str) -> Destination:
    try:
        return parse_destination(address)
    except StorageError as failure:
        raise SettingsError(f"{name}: {failure.message}", failure.cure) from None
