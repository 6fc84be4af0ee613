"""events"""

from campaign_health.dashboard.page import Page, draw


def events(page: Page) -> None:
    """Draws the page."""


draw(events)
