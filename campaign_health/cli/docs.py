"""`campaign-health docs`: the guide that belongs to what is installed."""

from __future__ import annotations

from pathlib import Path

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
    pages = guide_pages()
    if page is None:
        for name, path in pages.items():
            click.echo(f"{name:<18}{page_title(path)}")
        return
    if page not in pages:
        raise CouldNotStart(f"There is no page {page!r}.", f"The pages: {', '.join(pages)}.")
    click.echo(pages[page].read_text(encoding="utf-8"), nl=False)


def guide_pages() -> dict[str, Path]:
    """The file of each page of the guide, by its name. Raises CouldNotStart where the installation lacks them."""
    folder = shipped(_ANY_PAGE).parent
    return {path.stem: path for path in sorted(folder.glob("*.md"))} | {SCHEMA: SCHEMA_FILE}


def page_title(path: Path) -> str:
    """What a page is about, in a line."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return first.removeprefix("# ") if first.startswith("# ") else "The manifest's JSON Schema, for editors"
