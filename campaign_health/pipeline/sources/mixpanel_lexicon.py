"""Source `mixpanel_lexicon`: what Mixpanel's Lexicon declares, where the account may read it."""

from __future__ import annotations

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.report import Tally
from collectors.mixpanel import fetch_definitions
from storage.save import save_definitions


def collect_mixpanel_lexicon(run: WorkspaceRun, tally: Tally) -> None:
    """Replaces the stored definitions by those declared now; a Lexicon that may not be read is no failure.

    Raises:
        CollectorError: it could have been read and was not.
    """
    assert run.mixpanel is not None
    definitions = fetch_definitions(run.mixpanel)
    if definitions.records is None:
        reason = definitions.unreadable_because or "The Lexicon may not be read."
        if "Mixpanel" in run.refused_services:
            tally.shortfalls.append(reason)
        else:
            tally.warnings.append(f"{reason} It is optional: it only adds to the explanations.")
        return
    with run.saving() as connection:
        tally.rows = save_definitions(connection, run.name, definitions.records, run.clock.instant())
    tally.kept = True
