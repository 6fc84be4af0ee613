"""What the commands share that run where nobody looks: how they write, and how they are seen from outside."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

import click

from campaign_health.cli.terminal.console import notes
from campaign_health.logs.log_setup import LOG_FORMATS, hide_in_log_lines, write_log_lines, writes_log_lines
from campaign_health.settings import Settings, load_settings

LOG_FORMAT_SETTING = "CAMPAIGN_HEALTH_LOG_FORMAT"
_log = logging.getLogger("campaign_health")


def _stands_for(setting: str) -> Any:
    """An option is the environment variable of its setting while the command runs: whatever the command starts, or
    reads anew, has it too.
    """

    def set_it(context: click.Context, parameter: click.Parameter, value: object) -> None:
        if value is not None:
            _set_while(context, setting, str(value))

    return set_it


def _set_while(context: click.Context, setting: str, value: str) -> None:
    before = os.environ.get(setting)
    os.environ[setting] = value
    context.call_on_close(lambda: _put_back(setting, before))


def _put_back(setting: str, before: str | None) -> None:
    if before is None:
        os.environ.pop(setting, None)
    else:
        os.environ[setting] = before


LOG_FORMAT = click.option(
    "--log-format",
    type=click.Choice(LOG_FORMATS),
    expose_value=False,
    callback=_stands_for(LOG_FORMAT_SETTING),
    help=f"Form of the lines on standard error ({LOG_FORMAT_SETTING}).",
)
HEALTH_PORT = click.option(
    "--health-port",
    type=click.IntRange(0, 65535),
    expose_value=False,
    callback=_stands_for("CAMPAIGN_HEALTH_HEALTH_PORT"),
    help="Port for /healthz and /metrics; 0: none (CAMPAIGN_HEALTH_HEALTH_PORT).",
)
HEALTH_ADDRESS = click.option(
    "--health-address",
    expose_value=False,
    callback=_stands_for("CAMPAIGN_HEALTH_HEALTH_ADDRESS"),
    help="Address for that (CAMPAIGN_HEALTH_HEALTH_ADDRESS).",
)
METRICS_FILE = click.option(
    "--metrics-file",
    type=click.Path(dir_okay=False),
    expose_value=False,
    callback=_stands_for("CAMPAIGN_HEALTH_METRICS_FILE"),
    help="File for the numbers of /metrics (CAMPAIGN_HEALTH_METRICS_FILE).",
)


def service_settings(*, on_a_terminal: bool) -> Settings:
    """The settings; from now on this process writes log lines, in the form that they or the option name.

    Args:
        on_a_terminal: whether it writes log lines also there, where no form is named.
    """
    # What is wrong with the settings themselves is a line too, in the form that the environment names.
    _write(os.environ.get(LOG_FORMAT_SETTING, "").strip().lower(), on_a_terminal)
    settings = load_settings(os.environ, Path.cwd())
    _write(settings.service.log_format, on_a_terminal)
    hide_in_log_lines(settings.secrets())
    return settings


def say(text: str) -> None:
    """A line of the command's own: a log line where it writes such, else for a person."""
    if writes_log_lines():
        _log.info("%s", text)
    else:
        notes.print(text, markup=False)


def _write(named: str, on_a_terminal: bool) -> None:
    form = next((one for one in LOG_FORMATS if one == named), None)
    if form is None and (on_a_terminal or not sys.stderr.isatty()):
        form = "text"
    if form is not None:
        write_log_lines(form)
        _set_while(click.get_current_context(), LOG_FORMAT_SETTING, form)
