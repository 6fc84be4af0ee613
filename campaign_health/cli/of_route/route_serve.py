"""`campaign-health route serve`: listens for Customer.io's reports."""

from __future__ import annotations

import os
from pathlib import Path

import click

from campaign_health.cli.of_route.proving_beside import PUBLISH, proving_beside
from campaign_health.process.run_lock import ROUTING, only_one
from campaign_health.route.route_place import route_place
from campaign_health.route.serve import refuse_open_address, serve
from campaign_health.settings import load_settings

PUBLISH_MINUTES = 5.0


@click.command(name="serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8503, show_default=True, help="0 for any that is free.")
@click.option("--address", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--behind-proxy", is_flag=True, help="A proxy with TLS stands before it, so that others may reach it.")
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Where this machine, and no other, can read numbers at /metrics (Prometheus); 0 for any that is free.",
)
@click.option(
    "--prove-every",
    type=click.FloatRange(0, 1440),
    default=60.0,
    show_default=True,
    metavar="MINUTES",
    help="How often it is looked whether promises were kept, where there are keys for it; 0 for never.",
)
def command(port: int, address: str, behind_proxy: bool, metrics_port: int | None, prove_every: float) -> None:
    """Listen for Customer.io's reports of what became of messages, until told to end.

    Each workspace with a CUSTOMERIO_REPORTING_SIGNING_KEY has the address /NAME/customerio/report. A report is
    answered with 200 once it is on the disk; people are kept as hashes only. Once an hour `route proof --all` is run
    beside it.
    """
    settings = load_settings(os.environ, Path.cwd())
    refuse_open_address(address, behind_proxy)
    has_keys = any(one.mixpanel is not None and one.customerio is not None for one in settings.workspaces)
    unpublished = "What is carried could not be shown on the dashboard"
    with (
        only_one(settings.data_dir, ROUTING),
        proving_beside(prove_every if has_keys else 0.0, Path.cwd()),
        proving_beside(PUBLISH_MINUTES, Path.cwd(), PUBLISH, what=unpublished) as publish,
    ):
        serve(
            settings, route_place(settings), address, port, lambda text: click.echo(text, err=True), metrics_port,
            publish.set,
        )  # fmt: skip
