"""What is explained of a campaign that was broken on every day that is known: it has no past to reckon from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from campaign_health.detection.chain.chain_verdicts import STAGES
from campaign_health.detection.explain.explanation import Step
from campaign_health.judge.explain.explained import LinkDay, LinkExplained

NO_CALCULATION = (
    "No day is known on which it was otherwise, so there is nothing to reckon from: what is said rests on what the"
    " services themselves count, as the cause tells."
)


def without_a_past(links: Sequence[LinkExplained], stage: str) -> list[LinkExplained]:
    """The links, of which those of the broken stage say that it was never otherwise, and those behind it only what is
    seen: what a link learned of days on which nothing ever got through is no expectation.
    """
    broken = STAGES.index(stage)
    return [
        link if STAGES.index(link.stage) < broken else _never(link, is_broken=link.stage == stage) for link in links
    ]


def _never(link: LinkExplained, is_broken: bool) -> LinkExplained:
    nothing = dict.fromkeys(("expected", "expected_low", "expected_high", "probability", "evidence", "threshold"))
    seen = link.sentence.split(";")[0].rstrip(".")
    return replace(
        link,
        sentence=f"{seen}. Broken on every day that is known." if is_broken else f"{seen}.",
        broken=is_broken,
        began_on=None,
        days=[LinkDay(**(vars(day) | nothing)) for day in link.days],
        calculation=[Step("never otherwise", None, NO_CALCULATION)],
    )
