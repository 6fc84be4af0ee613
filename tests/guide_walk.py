"""The walk of the guide's page "My first alarm" through the demo of one morning; as a program it takes its pictures.

`python -m tests.guide_walk` writes docs/images anew (`make pictures`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, ViewportSize

from campaign_health.demo.prepare import prepare_demo
from campaign_health.process.stopping import StopSignals
from tests.browser import new_window, running_browser, running_dashboard, settled, text_of
from tests.collecting_cast import Notes

IMAGES = Path(__file__).resolve().parents[1] / "docs/images"
MORNING = datetime(2026, 11, 24, 10, tzinfo=UTC)
RENAMED, SHARED = "Project kick-off tips", "Report sharing nudge"
DESK: ViewportSize = {"width": 1280, "height": 900}
SIZES: dict[str, ViewportSize] = {
    "overview": {"width": 1280, "height": 1022},
    "phone": {"width": 390, "height": 886},
    "campaign": {"width": 1280, "height": 850},
    "fixed": {"width": 1280, "height": 560},
}


@contextmanager
def demo_of_the_morning(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Makes the demo of that morning in a folder and serves its dashboard: its address, and a program's environment."""
    demo = prepare_demo(folder, MORNING, Notes(), StopSignals())
    with running_dashboard(folder, **demo.environment) as dashboard:
        yield dashboard.url, demo.environment


def walk(page: Page, url: str, reached: Callable[[str], None]) -> list[str]:
    """Walks as the guide does, and says which of its pictures is in sight; gives back the texts that were seen."""
    page.goto(url)
    seen = [text_of(settled(page))]
    reached("overview")
    reached("phone")
    page.get_by_text(f"Details of {RENAMED}").click()
    seen.append(_campaign(page, RENAMED))
    reached("campaign")
    said = {"Your name": "Ada", "What did you do?": "changed the trigger to project_created"}
    seen += _say(page, "I fixed it", said, "It is fixed", lambda: reached("fixed"))
    page.goto(url)
    settled(page).get_by_text(f"Details of {SHARED}").click()
    _campaign(page, SHARED)
    said = {"Your name": "Ada", "Why?": "we send less on purpose"}
    return seen + _say(page, "False alarm", said, "It is a false alarm", lambda: None)


def _campaign(page: Page, name: str) -> str:
    page.get_by_role("heading", name=name, level=1).wait_for()
    settled(page).locator("[data-testid=stPlotlyChart]").first.wait_for()
    return text_of(settled(page))


def _say(page: Page, button: str, said: dict[str, str], done: str, reached: Callable[[], None]) -> list[str]:
    """Presses a button of the campaign's page and answers its question; the question, and the page after it."""
    page.get_by_role("button", name=button).first.click()
    dialog = page.get_by_role("dialog")
    for label, text in said.items():
        dialog.get_by_label(label).fill(text)
    question = dialog.inner_text()
    reached()
    dialog.get_by_role("button", name=done, exact=True).click()
    dialog.wait_for(state="detached")
    return [question, text_of(settled(page))]


def main() -> None:
    """Takes each picture in its size."""
    with (
        TemporaryDirectory() as room,
        demo_of_the_morning(Path(room) / "demo") as (url, _),
        running_browser() as browser,
    ):
        page = new_window(browser).new_page()
        page.set_viewport_size(DESK)

        def take(name: str) -> None:
            page.set_viewport_size(SIZES[name])
            settled(page)
            # The charts follow the window a moment later.
            page.wait_for_timeout(1_500)
            picture = Image.open(io.BytesIO(page.screenshot()))
            picture.convert("RGB").quantize(256).save(IMAGES / f"{name}.png", optimize=True)
            page.set_viewport_size(DESK)

        walk(page, url, take)


if __name__ == "__main__":
    main()
