"""Writes docs/settings.md, docs/commands.md and docs/glossary.md from the code: `python -m tests.write_references`."""

from __future__ import annotations

from pathlib import Path

import click

from campaign_health.cli.main import COMMANDS, campaign_health
from campaign_health.settings.catalogue import settings_table
from campaign_health.words.glossary import glossary_page

DOCS = Path(__file__).parents[1] / "docs"
WIDTH = 100

SETTINGS_HEAD = """# Settings

Each setting is an environment variable, or the same name in `.streamlit/secrets.toml`, or in a `campaign-health.toml`.
The most specific place wins: a workspace's table in `campaign-health.toml`, then the environment, then
`.streamlit/secrets.toml`, then the top of `campaign-health.toml`, then the default. A value `env:NAME` stands for the
environment variable `NAME`, so that files need not hold secrets.

With more than one Mixpanel project or Customer.io workspace, give each a table:

```toml
CAMPAIGN_HEALTH_DATA_DIR = "/var/lib/campaign-health"

[workspace.acme]
MIXPANEL_PROJECT_ID = "4242"
MIXPANEL_SERVICE_ACCOUNT = "campaign-health.12ab34.mp-service-account"
MIXPANEL_SERVICE_SECRET = "env:ACME_MIXPANEL_SECRET"
CUSTOMERIO_APP_API_KEY = "env:ACME_CUSTOMERIO_KEY"
SLACK_WEBHOOK_URL = "env:ACME_SLACK"

[workspace.globex]
MIXPANEL_REGION = "eu"
CAMPAIGN_HEALTH_TIMEZONE = "Europe/Berlin"
```

"""
COMMANDS_HEAD = """# Commands

Results go to standard output, everything else to standard error. Every command has `--help`; this page is made of it.

"""


def settings_reference() -> str:
    """The text of docs/settings.md."""
    return SETTINGS_HEAD + settings_table()


def commands_reference() -> str:
    """The text of docs/commands.md."""
    parts = [COMMANDS_HEAD]
    with click.Context(campaign_health, info_name="campaign-health") as parent:
        for name in COMMANDS:
            command = campaign_health.get_command(parent, name)
            assert command is not None
            context, text = _help_of(command, name, parent)
            parts.append(f"## {name}\n\n{text}")
            if isinstance(command, click.Group):
                for part in command.list_commands(context):
                    inner = command.get_command(context, part)
                    assert inner is not None
                    parts.append(f"### {name} {part}\n\n{_help_of(inner, part, context)[1]}")
    return "".join(parts).rstrip() + "\n"


def _help_of(command: click.Command, name: str, parent: click.Context) -> tuple[click.Context, str]:
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["-h", "--help"],
    )
    lines = [line.rstrip() for line in command.get_help(context).splitlines()]
    return context, "```\n" + "\n".join(lines) + "\n```\n\n"


if __name__ == "__main__":
    (DOCS / "settings.md").write_text(settings_reference(), encoding="utf-8")
    (DOCS / "commands.md").write_text(commands_reference(), encoding="utf-8")
    (DOCS / "glossary.md").write_text(glossary_page(), encoding="utf-8")
