"""Looks one setting up in the places it may stand, and checks its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from math import isfinite
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from campaign_health.errors import SettingsError
from campaign_health.settings.catalogue import BY_NAME

FROM_ENVIRONMENT = "env:"


class Values:
    """Setting values, looked up in `places` (name of the place, its values) in that order.

    A value `env:NAME` stands for the environment variable NAME, so that files need not hold secrets.
    """

    def __init__(self, places: Sequence[tuple[str, Mapping[str, str]]], environment: Mapping[str, str]) -> None:
        self._places = places
        self._environment = environment

    def text(self, name: str) -> str:
        """The value without surrounding space; the default, or an empty text, where it is not set."""
        value, where = self._find(name)
        choices = BY_NAME[name].choices
        if choices and value.lower() not in choices:
            raise SettingsError(f"{name} ({where}) is {value!r}.", f"It can be {', '.join(choices)}.")
        return value.lower() if choices else value

    def optional(self, name: str) -> str | None:
        """The value, or None where it is not set."""
        return self.text(name) or None

    def secret(self, name: str) -> SecretStr | None:
        """The value, wrapped so that it is not printed, or None where it is not set."""
        value, _ = self._find(name)
        return SecretStr(value) if value else None

    def number(self, name: str, least: float, most: float = float("inf")) -> float:
        """The value as a number between `least` and `most`."""
        value, where = self._find(name)
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not (least <= number <= most and isfinite(number)):
            bounds = f"of at least {least:g}" if most == float("inf") else f"between {least:g} and {most:g}"
            raise SettingsError(f"{name} ({where}) is {value!r}.", f"It must be a number {bounds}.")
        return number

    def whole(self, name: str, least: int, most: int = 1_000_000) -> int:
        """The value as a whole number between `least` and `most`."""
        number = self.number(name, least, most)
        if number != int(number):
            raise SettingsError(f"{name} is {number:g}.", "It must be a whole number.")
        return int(number)

    def clock_time(self, name: str) -> time:
        """The value as a local time of day."""
        value, where = self._find(name)
        try:
            local = time.fromisoformat(value)
        except ValueError:
            local = None
        if local is None or local.tzinfo is not None:
            raise SettingsError(
                f"{name} ({where}) is {value!r}.", "Write a local time of day like 06:30, without an offset."
            )
        return local

    def path(self, name: str, directory: Path) -> Path:
        """The value as a path: `~` is the home directory, a relative one is taken from `directory`."""
        value, where = self._find(name)
        try:
            return directory / Path(value).expanduser()
        except RuntimeError as failure:
            raise SettingsError(
                f"{name} ({where}) is {value!r}, and there is no home directory.", "Write the whole path."
            ) from failure

    def optional_path(self, name: str, directory: Path) -> Path | None:
        """Like `path`, or None where it is not set."""
        return self.path(name, directory) if self.optional(name) else None

    def address(self, name: str) -> str | None:
        """The value as an http(s) address without a trailing slash, or None where it is not set."""
        value, where = self._find(name)
        if not value:
            return None
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
            usable = usable and value.isprintable() and " " not in value
        except ValueError:
            usable = False
        if not usable:
            shown = "holds something that" if BY_NAME[name].secret else f"is {value!r}, which"
            raise SettingsError(
                f"{name} ({where}) {shown} is not a web address.", "Write it like https://host/path, without spaces."
            )
        return value.rstrip("/")

    def secret_address(self, name: str) -> SecretStr | None:
        """Like `address`, wrapped so that it is not printed."""
        value = self.address(name)
        return SecretStr(value) if value else None

    def items(self, name: str) -> tuple[str, ...]:
        """The value split at commas, blanks dropped."""
        return tuple(item.strip() for item in self._find(name)[0].split(",") if item.strip())

    def _find(self, name: str) -> tuple[str, str]:
        for where, values in self._places:
            value = str(values.get(name, "")).strip()
            if value.startswith(FROM_ENVIRONMENT):
                variable = value.removeprefix(FROM_ENVIRONMENT)
                value = self._environment.get(variable, "").strip()
                if not value:
                    raise SettingsError(
                        f"{name} ({where}) points at the environment variable {variable}, which is not set.",
                        f"Set {variable}, or write the value itself.",
                    )
            if value:
                return value, where
        return BY_NAME[name].default, "default"
