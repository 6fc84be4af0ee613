"""The guide's page "My first alarm" quotes what the dashboard of the demo really shows."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from campaign_health.words.decided import confirmed_text
from campaign_health.words.glossary import TERMS
from tests.browser import new_window
from tests.guide_walk import SIZES, demo_of_the_morning, walk

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/first-alarm.md").read_text(encoding="utf-8")


def said(text: str) -> str:
    """A text without the marks of Markdown and of line breaks."""
    return " ".join(text.replace("`", "").replace("*", "").split())


def quotes() -> list[str]:
    """What the page says that the dashboard says."""
    return [said(line.removeprefix(">")) for line in PAGE.splitlines() if line.startswith("> ")]


def labels() -> set[str]:
    """What it names in italics: buttons, and words."""
    return set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", PAGE))


def test_it_says_of_the_recovery_what_the_product_says() -> None:
    confirmed, told = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    days = {"on": date(2026, 11, 24), "back_on": date(2026, 11, 25), "today": date(2026, 11, 26)}
    assert confirmed.strip() == confirmed_text("Ada", reason="changed the trigger to project_created", **days)
    assert told in (ROOT / "tests/golden/digest/everything.txt").read_text(encoding="utf-8")


@pytest.mark.slow("demos from their first day to their last")
@pytest.mark.browser
def test_every_sentence_and_button_that_it_quotes_is_on_the_dashboard(browser: Browser, tmp_path: Path) -> None:
    reached: list[str] = []
    with demo_of_the_morning(tmp_path / "demo") as url:
        window = new_window(browser)
        seen = said(" ".join(walk(window.new_page(), url, reached.append)))
        window.close()
    assert len(quotes()) > 8
    assert [quote for quote in quotes() if quote not in seen] == []
    known = seen.lower() + " ".join(term.name for term in TERMS).lower()
    assert [label for label in labels() if label.lower() not in known] == []
    assert sorted(reached) == sorted(SIZES)
