"""`campaign-health init`: the files that a newcomer starts from."""

from __future__ import annotations

import os
from pathlib import Path

import click

from campaign_health.errors import CouldNotStart
from campaign_health.manifest.configuration import configuration_template
from campaign_health.manifest.manifest_reading import DEFAULT_NAME, parse_manifest
from campaign_health.manifest.template import TEMPLATE
from campaign_health.process.clock import read_clock

CONFIGURATION_NAME = "campaign-health.toml"


@click.command()
@click.option("--manifest", type=click.Path(path_type=Path, dir_okay=False), default=Path(DEFAULT_NAME),
              show_default=True, help="Where to write the manifest.")  # fmt: skip
@click.option(
    "--from-data",
    "from_data",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[FILE]",
    help="Write the manifest from a published campaign_health.duckdb instead of the template. "
    "[default file: the one in the data directory]",
)
@click.option("--workspace", help="The workspace to write it from, where there are several.")
@click.option("--force", is_flag=True, help="Overwrite the manifest that is there.")
def command(manifest: Path, from_data: str | None, workspace: str | None, force: bool) -> None:
    """Write a commented manifest and configuration.

    The manifest has the five events worth automating first, or with --from-data your own events and campaigns.
    An edited manifest is overwritten only with --force, a configuration that is there never.
    """
    configuration = manifest.parent / CONFIGURATION_NAME
    text = TEMPLATE if from_data is None else _from_data(from_data, workspace)
    parse_manifest(text, str(manifest))
    if not _write(manifest, text, force or _is_untouched_template(manifest)):
        raise CouldNotStart(f"{manifest} is there already.", "Nothing was written; --force overwrites it.")
    click.echo(f"wrote {manifest}")
    click.echo(
        f"{'wrote' if _write(configuration, configuration_template(), force=False) else 'kept '} {configuration}"
    )
    click.echo(_NEXT.format(manifest=manifest))


_NEXT = """
Next:
  1. Set MIXPANEL_PROJECT_ID, MIXPANEL_SERVICE_ACCOUNT, MIXPANEL_SERVICE_SECRET and CUSTOMERIO_APP_API_KEY,
     then run `campaign-health doctor`.
  2. Put your own events, campaigns and owners into {manifest}, then run `campaign-health check`.
  3. Run `campaign-health collect`, `campaign-health judge` and `campaign-health dashboard`.
  4. In your pipeline: `campaign-health check --code . --base origin/main` (`campaign-health docs check` says how)."""


def _is_untouched_template(manifest: Path) -> bool:
    # The guide runs a plain `init` first and one from the data after it: nobody's work is in between.
    try:
        return manifest.read_text(encoding="utf-8") == TEMPLATE
    except (OSError, UnicodeDecodeError):
        return False


def _write(path: Path, text: str, force: bool) -> bool:
    if path.exists() and not force:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CouldNotStart(f"{path} cannot be written: {error.strerror}.", "Name another place.") from error
    return True


def _from_data(file: str, workspace: str | None) -> str:
    from campaign_health.check.look_up.published_answers import observe_published
    from campaign_health.manifest.from_data import manifest_from_data
    from campaign_health.settings import load_settings

    published = Path(file) if file else load_settings(os.environ, Path.cwd()).data_dir
    observed = observe_published(published, workspace, read_clock(os.environ).date())
    return manifest_from_data(observed)
