"""`campaign-health init`: the files that a newcomer starts from."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaign_health.errors import CampaignHealthError, CouldNotStart
from campaign_health.manifest.configuration import configuration_template
from campaign_health.manifest.manifest_reading import DEFAULT_NAME, parse_manifest
from campaign_health.manifest.template import TEMPLATE
from campaign_health.process.clock import read_clock

if TYPE_CHECKING:
    from campaign_health.check.start.published_draft import PublishedDraft

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
    help="Write the manifest from this published campaign_health.duckdb, or what `export` wrote. "
    "[default file: the one in the data directory]",
)
@click.option(
    "--from-code",
    "from_code",
    is_flag=False,
    flag_value=".",
    default=None,
    metavar="[PATH]",
    help="Write it from the events that the code in a git repository sends. [default path: here]",
)
@click.option(
    "--call",
    "calls",
    multiple=True,
    metavar="NAME",
    help="With --from-code: one of your own functions that sends an event; may be given several times.",
)
@click.option(
    "--from",
    "from_plan",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write it from a tracking plan: JSON of Segment, Avo, RudderStack or Mixpanel's Lexicon; rudder-cli's YAML.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="With --from-code: print the events, their places and properties as JSON, and write nothing.",
)
@click.option("--workspace", help="The workspace to write it from, where there are several.")
@click.option("--force", is_flag=True, help="Overwrite the manifest that is there.")
def command(
    manifest: Path,
    from_data: str | None,
    from_code: str | None,
    calls: tuple[str, ...],
    from_plan: Path | None,
    as_json: bool,
    workspace: str | None,
    force: bool,
) -> None:
    """Write a commented manifest and configuration.

    The manifest has your own events and campaigns where `collect` was run before, with the owners and deal values that
    are known; else the five events worth automating first. With --from-code it has the events that your code sends,
    with --from those of a tracking plan. An edited manifest is overwritten only with --force, a configuration that is
    there never. The gate needs no configuration, so --from-code and --from write none.
    """
    if sum(source is not None for source in (from_data, from_code, from_plan)) > 1:
        raise click.UsageError("Name one source: --from-data, --from-code or --from.")
    if (as_json or calls) and from_code is None:
        raise click.UsageError("--json and --call go with --from-code.")
    if from_plan is not None:
        _begin_from_plan(manifest, from_plan, force)
        return
    if from_code is not None:
        _begin_from_code(manifest, Path(from_code), calls, as_json, force)
        return
    draft = _from_collected(from_data, workspace)
    _write_manifest(manifest, TEMPLATE if draft is None else draft.text, force)
    if draft is not None:
        click.echo(draft.said)
    configuration = manifest.parent / CONFIGURATION_NAME
    click.echo(
        f"{'wrote' if _write(configuration, configuration_template(), force=False) else 'kept '} {configuration}"
    )
    click.echo((_NEXT if draft is None else _NEXT_FROM_DATA).format(manifest=manifest))


_NEXT = """
{manifest} is an example: nothing was collected here yet.
Next:
  1. Set MIXPANEL_PROJECT_ID, MIXPANEL_SERVICE_ACCOUNT, MIXPANEL_SERVICE_SECRET and CUSTOMERIO_APP_API_KEY,
     then run `campaign-health doctor`. `campaign-health docs warehouse`: events from your own database instead.
  2. Run `campaign-health collect`, then `campaign-health init` again: it writes your own events and campaigns.
  3. Run `campaign-health judge` and `campaign-health up`."""

_NEXT_FROM_DATA = """
Next:
  1. Run `campaign-health judge`, then `campaign-health status` and `campaign-health up`.
  2. Say who owns each campaign and what a conversion is worth: on its page (Edit), or in {manifest}.
  3. Commit {manifest}, and in your pipeline run `campaign-health check --code . --base origin/main`
     (`campaign-health docs check` says how)."""

_NEXT_FOR_THE_GATE = """
Next:
  1. Put your campaigns into {manifest}: which of them hang on which event.
  2. Run `campaign-health check --code .`, and in your pipeline `campaign-health check --code . --base origin/main`
     (`campaign-health docs check` says how)."""


def _write_manifest(manifest: Path, text: str, force: bool) -> None:
    parse_manifest(text, str(manifest))
    if not _write(manifest, text, force or _is_untouched_template(manifest)):
        raise CouldNotStart(f"{manifest} is there already.", "Nothing was written; --force overwrites it.")
    click.echo(f"wrote {manifest}")


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


def _begin_from_code(manifest: Path, folder: Path, calls: tuple[str, ...], as_json: bool, force: bool) -> None:
    from campaign_health.check.start.code_events import read_code_events
    from campaign_health.check.start.draft import draft_from_code

    found = read_code_events(folder, calls)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False))
        return
    _write_manifest(manifest, draft_from_code(found), force)
    click.echo("\n".join([*found.summary(), _NEXT_FOR_THE_GATE.format(manifest=manifest)]))


def _begin_from_plan(manifest: Path, file: Path, force: bool) -> None:
    from campaign_health.check.start.plan_draft import draft_from_plan, plan_summary
    from campaign_health.check.start.plan_files import read_plan

    plan = read_plan(file)
    _write_manifest(manifest, draft_from_plan(plan), force)
    click.echo("\n".join([*plan_summary(plan), _NEXT_FOR_THE_GATE.format(manifest=manifest)]))


def _from_collected(file: str | None, workspace: str | None) -> PublishedDraft | None:
    """The draft from the file that is asked for, by default from what was collected here; None where nothing was."""
    from campaign_health.check.start.published_draft import draft_from_published, holds_data
    from campaign_health.settings import load_settings

    if file:
        published = Path(file)
    else:
        try:
            published = load_settings(os.environ, Path.cwd()).data_dir
        except CampaignHealthError:
            # It writes the file that settings are put into: half of them must not stand in its way.
            if file is not None:
                raise
            return None
        if file is None and not holds_data(published):
            return None
    return draft_from_published(published, workspace, read_clock(os.environ).date())
