"""Failures that a person can mend: what went wrong, and what to do."""

from __future__ import annotations


class CampaignHealthError(Exception):
    """Base of every expected failure; the command line prints `message` and `cure` and no traceback."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message if not cure else f"{message} {cure}")
        self.message = message
        self.cure = cure


class SettingsError(CampaignHealthError):
    """A setting is missing or has a value that cannot be used."""


class CouldNotStart(CampaignHealthError):
    """A command could not begin its work: nothing was changed."""
