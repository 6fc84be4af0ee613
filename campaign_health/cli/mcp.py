"""`campaign-health mcp`: what assistants ask over the Model Context Protocol."""

from __future__ import annotations

import signal
import sys

import click

from campaign_health.cli.terminal.console import notes
from campaign_health.process.installed import assistant_is_missing


@click.command(name="mcp")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Serve over HTTP on this port of 127.0.0.1; by default over standard input and output.",
)
def command(port: int | None) -> None:
    """Let an assistant ask what is broken, why, and what the data says, over the Model Context Protocol.

    It only reads the published file: nothing can be changed, sent or written. `campaign-health docs assistant` says
    how to add it to an assistant.
    """
    if refusal := assistant_is_missing():
        raise refusal
    from campaign_health.cli.assistant.assistant_server import assistant_server

    server = assistant_server()
    if port is not None:
        # Any program of this machine may ask it, and a web page may not: the server refuses other hosts and origins.
        server.run("streamable-http", host="127.0.0.1", port=port)
        return
    if sys.stdin.isatty():
        notes.print("Waiting for an assistant on standard input. Ctrl+C ends it.")
    # What waits for standard input cannot be interrupted otherwise; there is nothing to be finished.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    server.run("stdio")
