"""help"""

from campaign_health.dashboard.page import Page, draw


def help(page: Page) -> None:
    """Draws the page."""


draw(help)
