"""Failures that a person can mend: what went wrong, and what to do."""

from __future__ import annotations

from storage.errors import ExpectedFailure


class CampaignHealthError(ExpectedFailure):
    """Base of every expected failure of the program itself; the files and the collectors have their own."""


class SettingsError(CampaignHealthError):
    """A setting is missing or has a value that cannot be used."""


class CouldNotStart(CampaignHealthError):
    """A command could not begin its work: nothing was changed."""


class Refused(CampaignHealthError):
    """What was asked for is not done, and asking in another way would not help: nothing was changed."""

    exit_code = 1
