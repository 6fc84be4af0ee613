"""What the guide quotes of the demo of one morning is what the commands print and what the dashboard shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import exp, log
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

from campaign_health.cli.main import campaign_health
from campaign_health.detection.chain.chain_links import link_settings
from campaign_health.detection.incident.money import Estimate, revenue_at_risk
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.words.decided import confirmed_text
from campaign_health.words.glossary import TERMS
from tests.browser import new_window
from tests.guide_walk import SIZES, demo_of_the_morning, walk

ROOT = Path(__file__).resolve().parents[1]
FIRST_ALARM, DETECTION, README = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("docs/first-alarm.md", "docs/detection.md", "README.md")
)
ALL_THE_DEMO = pytest.mark.slow("demos from their first day to their last")


@dataclass(frozen=True)
class Morning:
    """The dashboard's address, and what commands printed before anybody said anything."""

    url: str
    status: str
    explained: str


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    with demo_of_the_morning(tmp_path_factory.mktemp("morning") / "demo") as (url, environment):

        def printed(*words: str) -> str:
            done = CliRunner().invoke(campaign_health, words, env=environment)
            assert done.exit_code == 0, done.output
            return done.stdout

        (command,) = re.findall(r"^\$ campaign-health explain \"(.+)\" --day (\S+)$", DETECTION, re.MULTILINE)
        yield Morning(url, printed("status"), printed("explain", command[0], "--day", command[1]))


def block(page: str, first: str) -> str:
    """The text of the page's block of code that begins so."""
    return next(
        text for text in re.findall(r"^```\w*\n(.*?)```", page, re.DOTALL | re.MULTILINE) if text.startswith(first)
    )


def is_quoted(text: str, printed: str) -> bool:
    """Whether the pieces of a text, between lines that leave something out, are whole lines in their order."""
    place = 0
    for piece in text.split("…\n"):
        place = f"\n{printed}".find(f"\n{piece}", place)
        if place < 0:
            return False
    return True


def said(text: str) -> str:
    """A text without the marks of Markdown and of line breaks."""
    return " ".join(text.replace("`", "").replace("*", "").split())


def quotes() -> list[str]:
    """What the first alarm says that the dashboard says."""
    return [said(line.removeprefix(">")) for line in FIRST_ALARM.splitlines() if line.startswith("> ")]


def labels() -> set[str]:
    """What it names in italics: buttons, and words."""
    return set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", FIRST_ALARM))


def test_the_first_alarm_says_of_the_recovery_what_the_product_says() -> None:
    days = {"on": date(2026, 11, 24), "back_on": date(2026, 11, 25), "today": date(2026, 11, 26)}
    confirmed = confirmed_text("Ada", reason="changed the trigger to project_created", **days)
    assert block(FIRST_ALARM, "Fix confirmed") == f"{confirmed}\n"
    assert block(FIRST_ALARM, "RECOVERED") in (ROOT / "tests/golden/digest/everything.txt").read_text(encoding="utf-8")


def test_the_day_by_hand_comes_to_the_limit_and_the_money_of_the_product() -> None:
    settings = DetectorSettings()
    assert settings.false_alarm_years == 8
    assert f"ln 2,922 = {log(365.25 * 8):.1f}, less {settings.calibration} for" in DETECTION
    assert f"is {settings.threshold:.1f}.\n" in DETECTION
    limit = link_settings(settings).threshold
    assert f"ln 4 = {limit - settings.threshold:.1f} more" in DETECTION
    assert f"opens at {limit:.1f}, which is {exp(limit):,.0f}\n" in DETECTION
    assert f"ln 4,782 = {log(4782):.1f}." in DETECTION
    assert f"for a Thursday = {71 * 0.990 * 1.00:.1f}." in DETECTION
    assert f"that is ${revenue_at_risk(Estimate(229, 214, 245), 2400).value:,.0f}: about" in DETECTION


def test_what_was_left_out_of_a_quote_stays_between_whole_lines() -> None:
    assert is_quoted("a\n…\nc\n", "a\nb\nc\n")
    assert not is_quoted("c\n…\na\n", "a\nb\nc\n")
    assert not is_quoted("b\n", "ab\n")


@ALL_THE_DEMO
@pytest.mark.browser
def test_the_day_by_hand_and_the_readme_quote_what_is_printed(morning: Morning) -> None:
    quoted = block(DETECTION, "$ campaign-health explain").partition("\n")[2]
    assert is_quoted(quoted, morning.explained), morning.explained
    assert is_quoted(block(README, "▣ "), morning.status), morning.status
    (team,) = re.findall(r"about (\d+) missed sends.* about \$([\d,]+) at\s+risk", morning.status.partition("\n▣")[0])
    assert f"{team[0]} messages were missed" in DETECTION
    assert f"about\n   ${team[1]} at risk." in DETECTION


@ALL_THE_DEMO
@pytest.mark.browser
def test_every_sentence_and_button_of_the_first_alarm_is_on_the_dashboard(browser: Browser, morning: Morning) -> None:
    reached: list[str] = []
    window = new_window(browser)
    seen = said(" ".join(walk(window.new_page(), morning.url, reached.append)))
    window.close()
    assert len(quotes()) > 8
    assert [quote for quote in quotes() if quote not in seen] == []
    known = seen.lower() + " ".join(term.name for term in TERMS).lower()
    assert [label for label in labels() if label.lower() not in known] == []
    assert sorted(reached) == sorted(SIZES)
