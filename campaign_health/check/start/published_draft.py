"""A draft of a manifest from what was collected, with what people said of the campaigns' owners and money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from campaign_health.check.look_up.published_answers import observe_published, published_workspace
from campaign_health.check.look_up.snapshot_file import is_snapshot
from campaign_health.check.start.code_events import counted
from campaign_health.manifest.fact_edits import FactEdit, edit_facts
from campaign_health.manifest.from_data import manifest_from_data
from campaign_health.manifest.observed import Observed
from storage.errors import StorageError
from storage.file.database import open_published
from storage.read.check_input import facts_of_campaigns, workspaces_with_data


@dataclass(frozen=True)
class PublishedDraft:
    """The manifest's text, and what it has and has not, in words."""

    text: str
    said: str


def holds_data(published: Path) -> bool:
    """Whether a published file is there that has a campaign or an event."""
    try:
        with open_published(published) as connection:
            return bool(workspaces_with_data(connection))
    except StorageError:
        return False


def draft_from_published(published: Path, workspace: str | None, today: date) -> PublishedDraft:
    """The draft from a published file, or from a snapshot of it, which knows no owners.

    Raises:
        CouldNotCheck: it cannot be read, or does not say which workspace is meant.
    """
    observed = observe_published(published, workspace, today)
    text = manifest_from_data(observed)
    if not is_snapshot(published):
        text = _with_facts(text, published, workspace, observed)
    return PublishedDraft(text, _said(observed))


def _with_facts(text: str, published: Path, workspace: str | None, observed: Observed) -> str:
    with open_published(published) as connection:
        known = facts_of_campaigns(connection, published_workspace(connection, published, workspace))
    edits = [
        FactEdit(one.campaign_id, one.name, one.event, known.facts[one.campaign_id])
        for one in observed.campaigns or ()
        if one.event and known.facts.get(one.campaign_id)
    ]
    if known.currency is not None:
        text = text.replace("version: 1\n", f"version: 1\ncurrency: {known.currency}\n", 1)
    return edit_facts(text, edits)


def _said(observed: Observed) -> str:
    campaigns = list(observed.campaigns or ())
    hanging = [one for one in campaigns if one.event]
    events = {str(one.event).strip() for one in hanging} | set(observed.properties)
    said = f"{counted(len(hanging), 'campaign')} and {counted(len(events), 'event')}, from what was collected"
    left = len(campaigns) - len(hanging)
    if not left:
        return f"{said}."
    return f"{said}; {counted(left, 'campaign')} whose event is not known: see the end of `campaigns`."
