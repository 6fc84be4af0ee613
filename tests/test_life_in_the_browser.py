"""The life of an incident in a real browser over four mornings, with digest and timeline agreeing; and two people."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.state.handling import said_of
from tests.browser import Dashboard, running_dashboard, settled, text_of, visit
from tests.life_cast import CAMPAIGN, NAME, Mornings

pytestmark = [pytest.mark.browser, pytest.mark.slow("mornings in the browser")]
PAGE = f"campaign?campaign={CAMPAIGN}"


@pytest.fixture
def mornings(tmp_path: Path) -> Mornings:
    return Mornings(tmp_path / "data")


@pytest.fixture
def this_morning(mornings: Mornings, tmp_path: Path) -> Callable[[], AbstractContextManager[Dashboard]]:
    """A dashboard whose clock stands at half past nine on the present one of the mornings."""

    def shown() -> AbstractContextManager[Dashboard]:
        now = mornings.now.replace(minute=30).isoformat()
        return running_dashboard(tmp_path, CAMPAIGN_HEALTH_NOW=now)

    return shown


def say(page: Page, button: str, confirm: str, **fields: str) -> None:
    page.get_by_role("button", name=button, exact=True).first.click()
    dialog = page.get_by_role("dialog")
    for label, text in ({"Your name": "Ada"} | fields).items():
        dialog.get_by_label(label.replace("_", " "), exact=False).fill(text)
    dialog.get_by_role("button", name=confirm, exact=True).click()
    expect(dialog).to_have_count(0)
    settled(page)


def story(page: Page) -> str:
    return page.locator(".st-key-story").inner_text()


def check_that_all_agree(page: Page, mornings: Mornings) -> None:
    """What holds of the incident stands in the digest and on its page; its timeline has the rows that are stored."""
    incident, today = mornings.incident, mornings.now.date()
    digest = " ".join(plain_text(mornings.digest()).split())
    for said in said_of(incident, today):
        assert said in digest, said
    shown = story(page)
    for row in mornings.timeline:
        assert row.text in shown, row.text


def test_four_mornings_of_a_broken_campaign(
    page: Page, mornings: Mornings, this_morning: Callable[[], AbstractContextManager[Dashboard]]
) -> None:
    mornings.tell()
    with this_morning() as dashboard:
        visit(page, dashboard, PAGE)
        say(page, "Acknowledge", "I am on it")
        expect(page.get_by_text("Being worked on: Ada is on it").first).to_be_visible()
        check_that_all_agree(page, mornings)

    mornings.next()
    mornings.tell()
    with this_morning() as dashboard:
        visit(page, dashboard)
        page.get_by_role("button", name="Respond", exact=True).first.click()
        say(page, "I fixed it", "It is fixed", What_did_you_do="turned it on")
        expect(page.get_by_text("Fixed, waiting for proof").first).to_be_visible()
        expect(page.get_by_text("You said: Said to be fixed: turned it on")).to_be_visible()
        visit(page, dashboard, PAGE)
        check_that_all_agree(page, mornings)

    mornings.next()
    assert "1 fix did not help" in mornings.tell().headline
    with this_morning() as dashboard:
        visit(page, dashboard)
        expect(page.get_by_text("Still silent after a fix").first).to_be_visible()
        visit(page, dashboard, PAGE)
        assert "Not fixed: still broken after what Ada said" in story(page)
        say(page, "I fixed it", "It is fixed", What_did_you_do="published the message")
        expect(page.get_by_text("Fixed, waiting for proof").first).to_be_visible()
        check_that_all_agree(page, mornings)

    mornings.next()
    assert mornings.tell().headline == "1 campaign has recovered; 1 fix is confirmed"
    with this_morning() as dashboard:
        visit(page, dashboard, PAGE)
        assert "Slack was told that it recovered" in story(page)
        assert "Fix confirmed: what Ada said" in story(page)
        for row in mornings.timeline:
            assert row.text in story(page), row.text
        visit(page, dashboard)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Nothing is")
        assert "Traceback" not in dashboard.log


def test_what_one_person_says_the_other_sees_and_takes_back(
    page: Page, mornings: Mornings, this_morning: Callable[[], AbstractContextManager[Dashboard]]
) -> None:
    with this_morning() as dashboard:
        other = page.context.new_page()
        visit(page, dashboard, PAGE)
        visit(other, dashboard, PAGE)
        say(page, "Acknowledge", "I am on it")
        say(page, "I fixed it", "It is fixed")
        expect(other.get_by_text(re.compile("Fixed, waiting for proof: Ada")).first).to_be_visible()
        say(other, "Add a note", "Add it", Your_name="Ben", Note="the platform team knows")
        expect(page.get_by_text("Note: the platform team knows").first).to_be_visible()
        expect(other.locator(".st-key-story").get_by_role("button", name="Take it back")).to_have_count(3)
        (fixed,) = [row.decision_id for row in mornings.timeline if row.text == "Said to be fixed"]
        other.locator(f".st-key-story-undo-{fixed}").get_by_role("button").click()
        expect(page.get_by_text("Taken back: said to be fixed").first).to_be_visible()
        expect(page.get_by_role("button", name="I fixed it", exact=True)).to_be_visible()
        visit(page, dashboard)
        expect(page.get_by_text("Being worked on").first).to_be_visible()
        assert NAME in text_of(page)
        assert "Traceback" not in dashboard.log
        other.close()
