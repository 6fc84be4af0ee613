"""`campaign-health route forget`: takes a person out of what the route keeps."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from campaign_health.cli.terminal.console import results
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.route.route_place import route_place
from campaign_health.settings import load_settings
from campaign_health.words.numbers import plural
from storage.outbox.cohorts.cohort_members import forget_in_cohorts
from storage.outbox.events.event_windows import forget_windows
from storage.outbox.events.known_events import forget_in_ledger
from storage.outbox.events.queue_forgetting import forget_events
from storage.outbox.people.experiment_log import forget_experiments
from storage.outbox.people.forgotten_people import note_forgotten
from storage.outbox.people.last_seen import forget_seen
from storage.outbox.people.stripe_table import forget_facts
from storage.outbox.report_log import forget_person
from storage.outbox.route_file import PersonHash, committed, open_route_file, wipe_log


@click.command(name="forget")
@click.argument("person")
@click.option("--workspace", help="Only this workspace.")
def command(person: str, workspace: str | None) -> None:
    """Forget PERSON, an id or e-mail address as Customer.io has it: nothing here knows of them any more.

    Customer.io's own copy stays, and so does a file that `recover --write` made. A later recovery may find them again.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    names = [one.name for one in settings.workspaces if workspace in (None, one.name)]
    with open_route_file(route_place(settings)) as connection:
        hash_of = PersonHash(route_place(settings))
        with committed(connection):
            # Addresses are kept in small letters; ids are as they are.
            known_as = {person, person.lower()} if "@" in person else {person}
            rows = sum(forget_person(connection, hash_of(name, one)) for name in names for one in known_as)
            rows += sum(forget_facts(connection, hash_of(name, one)) for name in names for one in known_as)
            for name in names:
                note_forgotten(connection, name, time.time())
            rows += sum(forget_windows(connection, hash_of(name, one)) for name in names for one in known_as)
            rows += sum(forget_experiments(connection, hash_of(name, one)) for name in names for one in known_as)
            rows += sum(forget_in_ledger(connection, name, hash_of(name, one)) for name in names for one in known_as)
            rows += sum(
                forget(connection, name, one)
                for name in names
                for one in known_as
                for forget in (forget_events, forget_seen, forget_in_cohorts)
            )
        wipe_log(connection)
    if not rows:
        known_by = " or ".join(sorted({one.route.person for one in settings.workspaces if one.name in names}))
        results.print(f"Nobody is known by that here. People are known by their {known_by}.", markup=False)
        return
    results.print(
        f"{plural(rows, 'row')} knew of them; none does any more. What Customer.io and files of --write have stays.",
        markup=False,
    )
