"""Takes pictures of every page of a running dashboard, as a marketer sees it: desktop and phone, light and dark.

campaign-health demo --data-dir demo --port 8501
python -m tests.take_pictures --url http://127.0.0.1:8501 --campaign 13 --out pictures
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

from playwright.sync_api import ViewportSize, sync_playwright

from tests.browser import FLAGS, browser_path

SIZES: dict[str, ViewportSize] = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    """One picture a page, size and scheme; `-whole` goes down to the page's end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--campaign", required=True, help="The campaign whose page is shown.")
    parser.add_argument("--out", required=True, type=Path)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    pages = (
        "",
        "?view=Table",
        "?view=Wall",
        f"campaign?campaign={given.campaign}",
        "events",
        "coverage",
        "report",
        "data",
        "help",
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        for size, viewport in SIZES.items():
            for scheme in SCHEMES:
                context = browser.new_context(viewport=viewport, color_scheme=scheme, device_scale_factor=2)
                tab = context.new_page()
                for page in pages:
                    tab.goto(f"{given.url}/{page}")
                    tab.get_by_test_id("stApp").wait_for()
                    tab.wait_for_load_state("networkidle")
                    tab.wait_for_timeout(2_500)
                    name = f"{name_of(page)}-{size}-{scheme}"
                    tab.screenshot(path=given.out / f"{name}.png")
                    tall = tab.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                    tab.set_viewport_size({"width": viewport["width"], "height": min(int(tall) + 80, 8_000)})
                    tab.wait_for_timeout(700)
                    tab.screenshot(path=given.out / f"{name}-whole.png")
                    tab.set_viewport_size(viewport)
                context.close()
        browser.close()


def name_of(page: str) -> str:
    """What the pictures of an address are called: that of its page, or of the overview's view."""
    path, _, query = page.partition("?")
    return path or (query.partition("=")[2].lower() if query else "overview")


if __name__ == "__main__":
    main()
