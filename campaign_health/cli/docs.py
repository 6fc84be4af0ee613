"""`campaign-health docs`: the guide that belongs to what is installed."""

from __future__ import annotations

import click

from campaign_health.errors import CouldNotStart
from campaign_health.manifest.json_schema import SCHEMA_FILE
from campaign_health.process.shipped import shipped

SCHEMA = "manifest-schema"
_ANY_PAGE = "docs/check.md"


@click.command(name="docs")
@click.argument("page", required=False)
def command(page: str | None) -> None:
    """Print a page of the guide, as Markdown; without PAGE, list the pages.

    The page manifest-schema is the manifest's JSON Schema, for editors.
    """
    folder = shipped(_ANY_PAGE).parent
    pages = {path.stem: path for path in sorted(folder.glob("*.md"))} | {SCHEMA: SCHEMA_FILE}
    if page is None:
        for name, path in pages.items():
            click.echo(f"{name:<18}{_title(path.read_text(encoding='utf-8'))}")
        return
    if page not in pages:
        raise CouldNotStart(f"There is no page {page!r}.", f"The pages: {', '.join(pages)}.")
    click.echo(pages[page].read_text(encoding="utf-8"), nl=False)


def _title(text: str) -> str:
    first = text.partition("\n")[0]
    return first.removeprefix("# ") if first.startswith("# ") else "The manifest's JSON Schema, for editors"
