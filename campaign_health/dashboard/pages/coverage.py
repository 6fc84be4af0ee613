"""coverage"""

from campaign_health.dashboard.page import Page, draw


def coverage(page: Page) -> None:
    """Draws the page."""


draw(coverage)
