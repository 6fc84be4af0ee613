"""campaign"""

from campaign_health.dashboard.page import Page, draw


def campaign(page: Page) -> None:
    """Draws the page."""


draw(campaign)
