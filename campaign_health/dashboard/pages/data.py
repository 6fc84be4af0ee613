"""data"""

from campaign_health.dashboard.page import Page, draw


def data(page: Page) -> None:
    """Draws the page."""


draw(data)
