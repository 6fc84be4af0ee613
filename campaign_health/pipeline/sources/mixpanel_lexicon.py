"""Source `mixpanel_lexicon`: what Mixpanel's Lexicon or Amplitude's list of events declares, where it may be read."""

from __future__ import annotations

from campaign_health.pipeline.context import WorkspaceRun
from campaign_health.pipeline.run_report import Tally
from collectors.errors import CollectorError
from storage.read.profiled import declared_events
from storage.save import save_definitions

# Deleting many at once is rare, and each costs a request: the rest waits for the next run.
ASKED_AT_MOST = 10


def collect_mixpanel_lexicon(run: WorkspaceRun, tally: Tally) -> None:
    """Replaces the stored definitions by those declared now; a Lexicon that may not be read is no failure.

    An event that the list leaves out is asked for by its name: until its own 404 it stays as it was declared.

    Raises:
        CollectorError: it could have been read and was not.
    """
    assert run.events is not None
    definitions = run.events.definitions()
    if definitions.records is None:
        reason = definitions.unreadable_because or f"{_declarations(run)} may not be read."
        if run.events.service in run.refused_services:
            tally.shortfalls.append(reason)
        else:
            tally.warnings.append(f"{reason} It is optional: it only adds to the explanations.")
        return
    tally.shortfalls += definitions.unreadable
    with run.reading() as connection:
        known = declared_events(connection, run.name)
    listed = {record.event for record in definitions.records}
    kept = _still_declared(run, tally, [event for event in known if event not in listed])
    with run.saving() as connection:
        tally.rows = save_definitions(connection, run.name, definitions.records, run.clock.instant(), kept)
    tally.kept = True


def _still_declared(run: WorkspaceRun, tally: Tally, unlisted: list[str]) -> list[str]:
    """Those that are not known to be deleted. One that is there all the same says that the list is not whole."""
    assert run.events is not None
    for place, event in enumerate(unlisted[:ASKED_AT_MOST]):
        try:
            is_there = run.events.is_declared(event)
        except CollectorError as failure:
            tally.shortfalls.append(
                f"{_declarations(run)} left out `{event}`, and could not be asked for it: {failure.message}"
            )
            return unlisted[place:]
        if is_there:
            tally.shortfalls.append(
                f"{_declarations(run)} left out `{event}`, which it declares: what is stored is kept."
            )
            return unlisted[place:]
    return unlisted[ASKED_AT_MOST:]


def _declarations(run: WorkspaceRun) -> str:
    return "The Lexicon" if run.mixpanel is not None else "Amplitude's list of events"
