"""The guide as a whole: each page stands once in its index, links lead somewhere, pictures are there and used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
INDEX = DOCS / "index.md"
PAGES = sorted(DOCS.glob("*.md"))
ALL = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *PAGES]
READERS = {"marketer", "Slack admin", "analyst", "growth engineer", "operator", "everybody"}
WAYS = ["Tutorials", "How-to", "Reference", "Explanation"]
CODE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMES = {page: page.name for page in ALL}


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return CODE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What can stand behind the # of a link to this page: its headings as GitHub and site generators spell them."""
    seen: Counter[str] = Counter()
    found = set()
    for title in re.findall(r"^#+ (.+?)\s*$", prose(page), re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", LINK.sub("", title).lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def links(page: Path) -> Iterator[str]:
    """The addresses of the page that lead into the repository."""
    text = SPAN.sub("", prose(page))
    yield from (link for link in LINK.findall(text) if not re.match(r"[a-z]+:", link))
    yield from re.findall(r'<img src="([^"]+)"', text)


def rows_of_the_index() -> list[tuple[str, str, str]]:
    """Way, page and readers of each row."""
    parts = re.split(r"^## (.+)$", prose(INDEX), flags=re.MULTILINE)[1:]
    return [
        (way, page, readers)
        for way, text in zip(parts[::2], parts[1::2], strict=True)
        for page, readers in re.findall(r"^\| \[[^\]]+\]\(([^)]+)\) \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)
    ]


def test_every_page_stands_once_in_the_index_under_one_of_the_four_ways() -> None:
    listed = [page for _, page, _ in rows_of_the_index()]
    assert sorted(listed) == [page.name for page in PAGES if page != INDEX], (
        "docs/index.md wants one row for each page: | [Title](page.md) | readers | what it is good for |, "
        "under Tutorials, How-to, Reference or Explanation"
    )
    assert sorted(links(INDEX)) == sorted(listed), "the index links to nothing else"
    assert list(dict.fromkeys(way for way, _, _ in rows_of_the_index())) == WAYS


def test_every_row_of_the_index_names_its_readers_and_every_reader_has_a_page() -> None:
    named = [reader for _, _, readers in rows_of_the_index() for reader in readers.strip().split(", ")]
    assert set(named) == READERS


@pytest.mark.parametrize("page", ALL, ids=NAMES.get)
def test_every_link_and_anchor_leads_somewhere(page: Path) -> None:
    lost = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        is_there = not link.startswith("/") and target.is_relative_to(ROOT) and target.exists()
        if not is_there or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES.get)
def test_a_page_is_plain_markdown_with_one_title_and_no_level_left_out(page: Path) -> None:
    text = prose(page)
    levels = [len(signs) for signs in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert text.startswith("# ")
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert re.findall(r"</?[a-z][^>]*>", SPAN.sub("", text)) == [], "no HTML"


def test_every_picture_is_used_and_none_is_missing() -> None:
    used = {(page.parent / link).resolve() for page in ALL for link in links(page) if link.endswith(".png")}
    assert used == {path.resolve() for path in (DOCS / "images").iterdir()}


def test_a_broken_link_and_a_broken_anchor_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A title, `code` and more\n\n## Twice\n\n## Twice\n\n[x](gone.md) `[y](code.md)` [z](#twice-1)\n")
    assert anchors(page) == {"a-title-code-and-more", "twice", "twice-1"}
    assert list(links(page)) == ["gone.md", "#twice-1"]
