"""The command `campaign-health`: a list of commands, each loaded only when it is called."""

from __future__ import annotations

import errno
import logging
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import NoReturn

import click

from campaign_health.cli.terminal.console import notes, replace_unwritable_signs
from campaign_health.errors import CampaignHealthError
from campaign_health.logs.log_setup import write_for_people, writes_log_lines
from campaign_health.process.installed import monitor_is_missing
from campaign_health.process.stopping import Stopped
from campaign_health.words.visible import visible_lines
from storage.errors import ExpectedFailure

# Order is the order in which a newcomer meets them; the text is what `--help` lists without loading the command.
COMMANDS = {
    "demo": "Show the product with a made-up world, no account needed.",
    "init": "Write a commented manifest and configuration.",
    "doctor": "Check keys, regions, time zone, disk and Slack, and say how to mend each.",
    "collect": "Collect from Mixpanel and Customer.io once, and publish.",
    "judge": "Judge what is stored: verdicts, causes and incidents.",
    "status": "Say what is broken, since when, why, and what to do.",
    "explain": "Show one campaign's verdict as a calculation to follow.",
    "decide": "Say what you make of a broken campaign: on it, fixed, intended, a false alarm.",
    "digest": "Send the digest that is due.",
    "report": "Say what a month of watching caught and saved.",
    "once": "Do one round and end: collect, judge, publish, and send what is due.",
    "run": "Collect, judge and send on schedule, for ever.",
    "dashboard": "Open the dashboard.",
    "up": "Run the schedule and the dashboard together.",
    "backup": "Write all that is stored to a file, while the schedule runs.",
    "restore": "Put a backup in the place of what is stored.",
    "share": "Put what is published into the database or object store of the team.",
    "workspace": "List, rename or remove the workspaces that are held.",
    "route": "Find who missed a message, and put them where they can be reached.",
    "check": "Stop a change that would break a campaign, in the deployment pipeline.",
    "export": "Write what the pipeline's check needs of the data to a small file.",
    "backtest": "Judge daily counts from a CSV file.",
    "replay": "List what would have been announced over past days.",
    "sandbox": "Run the stand-in services on this machine.",
    "mcp": "Let an assistant ask what is broken, why, and what the data says.",
    "dbt-sources": "Write the published tables as sources for dbt.",
    "docs": "Print a page of the guide.",
}

# What runs where only the gate is installed; all else needs the monitor.
OF_THE_GATE = {"check", "docs", "export", "init"}


# One example of each, which ends its `--help`.
EXAMPLES = {
    "demo": "demo --data-dir data",
    "init": "init --from-data",
    "doctor": "doctor",
    "collect": "collect --since 2026-11-01",
    "judge": "judge --as-of 2026-11-23",
    "status": "status --exit-code",
    "explain": 'explain "Upgrade offer" --day 2026-11-23',
    "decide": 'decide "Upgrade offer" fixed --by Ada --why "changed the trigger"',
    "digest": "digest --dry-run",
    "report": "report --month 2026-11",
    "once": "once --workspace acme",
    "run": "run",
    "dashboard": "dashboard --port 8600",
    "up": "up --port 8600",
    "backup": "backup /backups/campaign-health.duckdb",
    "restore": "restore /backups/campaign-health.duckdb",
    "share": "share --dry-run",
    "workspace": "workspace rename default acme",
    "route": 'route recover "Upgrade offer"',
    "check": "check --code . --base origin/main",
    "export": "export campaigns.json",
    "backtest": "backtest --pairs counts.csv --out verdicts.csv",
    "replay": "replay --from 2026-11-01 --to 2026-11-23",
    "sandbox": "sandbox --no-limits",
    "mcp": "mcp --port 8700",
    "dbt-sources": "dbt-sources",
    "docs": "docs check",
}


class LazyCommands(click.Group):
    """A group that imports a command's module only when that command is called, to keep each start quick."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        if name not in OF_THE_GATE and (refusal := monitor_is_missing(name)):
            raise refusal
        module = import_module(f"campaign_health.cli.{name.replace('-', '_')}")
        command: click.Command = module.command
        example = f"Example: campaign-health {EXAMPLES[name]}"
        if command.epilog is None:
            command.epilog = example
        elif example not in command.epilog:
            command.epilog += f"\n\n{example}"
        return command

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        close = get_close_matches(arguments[0], COMMANDS, n=1)
        if arguments[0] not in COMMANDS and close and not context.resilient_parsing:
            context.fail(f"No such command {arguments[0]!r}. Did you mean {close[0]}?")
        return super().resolve_command(context, arguments)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="campaign-health")
def campaign_health() -> None:
    """Notices the next morning that a triggered campaign has silently stopped, and says why."""


def main() -> None:
    """Runs the command line; an expected failure is one line and a cure, with its exit code."""
    replace_unwritable_signs()
    write_for_people()
    try:
        campaign_health(standalone_mode=True)
    except ExpectedFailure as failure:
        _give_up(failure)
    except Stopped as stopped:
        sys.exit(stopped.exit_code)
    except OSError as failure:
        if failure.errno != errno.ENOSPC:
            raise
        _give_up(CampaignHealthError("There is no room on the disk to write to.", "Free some space and run again."))


def _give_up(failure: ExpectedFailure) -> NoReturn:
    if writes_log_lines():
        logging.getLogger("campaign_health").error("%s", failure)
        sys.exit(failure.exit_code)
    # What a failure tells of may hold names from outside, which must not move the cursor.
    notes.print(f"error: {visible_lines(failure.message)}", style="bold red", markup=False, emoji=False)
    if failure.cure:
        notes.print(visible_lines(failure.cure), markup=False, emoji=False)
    sys.exit(failure.exit_code)
