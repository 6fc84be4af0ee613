"""`campaign-health route`: who missed a campaign's message, a way to reach them, and what was really sent."""

from __future__ import annotations

from importlib import import_module

import click

from collectors.errors import CollectorError

COMMANDS = {
    "recover": "Say who missed a campaign's message, and who can still be reached.",
    "proof": "Say how soon a campaign's messages followed their events.",
    "experiment": "Say whether sending at once is worth it, against once a day.",
    "coverage": "Say which campaign deserves real time, and what its promise takes.",
    "serve": "Take events in, carry them to Customer.io, and listen for its reports.",
    "status": "Say what is moved, what waits, and what could not be delivered.",
    "mode": "Say whether an event is moved: off, shadow or live.",
    "cohorts": "Say who is in which segment, as cohorts say; or change that.",
    "dead": "List what could not be delivered, and why.",
    "replay": "Send again what could not be delivered.",
    "drop": "Give up what could not be delivered.",
    "hold": "Keep everything of an event back.",
    "release": "Let go what was kept back, after a look at it.",
    "send-test": "Send one marked event the whole way, and say how long each part took.",
    "try": "Ask a test workspace of Customer.io's what its documentation leaves open.",
    "explain": "Say what became of one event.",
    "forget": "Forget a person.",
}


class _LazyCommands(click.Group):
    """Listening has to begin within a second, so that nothing is loaded that only another command needs."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"campaign_health.cli.of_route.route_{name.replace('-', '_')}").command
        return command

    def invoke(self, context: click.Context) -> object:
        """A service that does not do what it is asked for is no reason why the command could not begin."""
        try:
            return super().invoke(context)
        except CollectorError as failure:
            failure.exit_code = 1
            raise

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(name="route", cls=_LazyCommands)
def command() -> None:
    """Make good what a broken campaign did not send.

    Everything else of this program only reads. What stands here can write to Customer.io, with a key and a file of
    its own; it does so only where it is told to with `--send`.

    Exit code of each: 0 done; 1 refused, or something failed; 2 it could not start, for its arguments or settings.
    """
