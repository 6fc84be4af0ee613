"""`campaign-health check`: the gate for deployment pipelines."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaign_health.check.findings import CheckResult
from campaign_health.check.reports import FORMATS, render
from campaign_health.check.run_check import CheckRequest, place_of_manifest, run_check
from campaign_health.errors import CampaignHealthError
from campaign_health.manifest.manifest_reading import DEFAULT_NAME, ReadManifest
from campaign_health.manifest.problems import Failure
from campaign_health.process.clock import read_clock

if TYPE_CHECKING:
    from campaign_health.manifest.observed import Observed

MANIFEST_SETTING = "CAMPAIGN_HEALTH_MANIFEST"


@click.command()
@click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    help=f"The manifest. [default: {MANIFEST_SETTING}, else {DEFAULT_NAME} here or in the code's folder]",
)
@click.option("--code", type=click.Path(path_type=Path), help="Read the code in this folder of a git repository.")
@click.option("--base", metavar="REV", help="Compare with the point where this work left REV, such as origin/main.")
@click.option("--strict", is_flag=True, help="Fail on any trigger event that the code does not hold.")
@click.option("--live", is_flag=True, help="Compare with Customer.io and Mixpanel, asked now.")
@click.option(
    "--published",
    type=click.Path(path_type=Path),
    help="Compare with a published campaign_health.duckdb, or what `export` wrote, without a network.",
)
@click.option("--workspace", help="The workspace to compare with, where there are several.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="terminal", show_default=True, help="How to say it."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Also write the result to a file, such as sarif=check.sarif; may be given several times.",
)
@click.option(
    "--comment",
    type=click.Choice(["github", "gitlab"]),
    help="Keep one comment on the pull request that this pipeline runs for; its token comes from the environment.",
)
@click.pass_context
def command(
    context: click.Context,
    manifest: Path | None,
    code: Path | None,
    base: str | None,
    strict: bool,
    live: bool,
    published: Path | None,
    workspace: str | None,
    form: str,
    as_json: bool,
    reports: tuple[str, ...],
    comment: str | None,
) -> None:
    """Stop a change that would break a campaign.

    Compares the manifest with itself, and with each that is named: an earlier revision (--base), the code (--code),
    Customer.io and Mixpanel (--live, or offline --published). Exit code: 0 holds, 1 violated, 2 could not check.
    """
    files = [_report(text) for text in reports]
    chosen = manifest or _default_manifest(code)
    try:
        now = read_clock(os.environ)
        observers: list[Callable[[ReadManifest], Observed]] = []
        if live:
            observers.append(lambda read: _live(read, workspace, now))
        if published is not None:
            file = published
            observers.append(lambda read: _published(file, workspace, now))
        request = CheckRequest(
            manifest=chosen,
            now=now,
            code=code,
            base=base,
            strict=strict,
            observers=observers,
        )
        with _working():
            result = run_check(request)
    except CampaignHealthError as error:
        result = CheckResult(failures=[Failure(error.message, error.cure)], manifest=place_of_manifest(chosen))
    except Exception as error:  # a bug must read neither as clean nor as a violation
        traceback.print_exc(file=sys.stderr)
        failure = Failure(f"The check itself failed: {error!r}.", "Please report this as a bug.")
        result = CheckResult(failures=[failure], manifest=place_of_manifest(chosen))
    for also, path in files:
        try:
            path.write_text(click.unstyle(render(result, also)), encoding="utf-8")
        except OSError as error:
            result.failures.append(Failure(f"{path} cannot be written: {error.strerror}.", "Name another file."))
    click.echo(render(result, "json" if as_json else form), nl=False)
    if comment is not None:
        _comment(comment, result)
    context.exit(result.exit_code)


def _comment(service: str, result: CheckResult) -> None:
    from campaign_health.check.comment.posting import post_comment

    try:
        said = post_comment(service, click.unstyle(render(result, "markdown")), os.environ)
    except Exception as error:  # no failure of the check; its words may quote the token
        said = f"No comment was written: {type(error).__name__}."
    # Beside what was asked for on standard output, which a program may read.
    click.echo(said, err=True)


def _working() -> AbstractContextManager[object]:
    """Shows a person that it is at work; pipelines see nothing."""
    if not sys.stderr.isatty():
        return nullcontext()
    from campaign_health.cli.terminal.console import notes

    return notes.status("Checking …")


def _report(text: str) -> tuple[str, Path]:
    form, _, path = text.partition("=")
    if form not in FORMATS or not path:
        raise click.BadParameter(
            f"{text!r} is not FORMAT=FILE with one of {', '.join(FORMATS)}.", param_hint="--report"
        )
    return form, Path(path)


def _default_manifest(code: Path | None) -> Path:
    named = os.environ.get(MANIFEST_SETTING, "").strip()
    if named:
        return Path(named)
    here = Path(DEFAULT_NAME)
    if not here.exists() and code is not None and (code / DEFAULT_NAME).exists():
        return code / DEFAULT_NAME
    return here


def _live(read: ReadManifest, workspace: str | None, now: datetime) -> Observed:
    from campaign_health.check.look_up.live import observe_live

    return observe_live(os.environ, Path.cwd(), read.manifest, workspace, now)


def _published(file: Path, workspace: str | None, now: datetime) -> Observed:
    from campaign_health.check.look_up.published_answers import observe_published

    return observe_published(file, workspace, now.date())
