"""What a share is compared with in a sentence: how it was before the break, or that no day before it is known."""

from __future__ import annotations

from campaign_health.detection.causes.links_kept import Chain
from campaign_health.words.numbers import share_text

NEVER_OTHERWISE = "it was so on every day that is known"


def before_text(chain: Chain, before: float, said: str = "before") -> str:
    """`2 % before`, or that it was never otherwise: nothing may be said of days that nobody counted."""
    known = chain.series("sent")
    if chain.never_otherwise or known is None or known.days_before == 0:
        return NEVER_OTHERWISE
    return f"{share_text(before)} {said}"
