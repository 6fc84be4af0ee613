"""Puts all causes of one broken campaign side by side and ranks them."""

from __future__ import annotations

from dataclasses import replace

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.definition_causes import definition_causes
from campaign_health.detection.causes.event_causes import event_causes
from campaign_health.detection.causes.fitting import explains_the_stage
from campaign_health.detection.causes.links_kept import Chain
from campaign_health.detection.causes.message_causes import message_causes
from campaign_health.detection.causes.never_causes import never_causes
from campaign_health.detection.causes.part_causes import part_causes
from campaign_health.detection.causes.property_causes import property_causes
from campaign_health.detection.causes.segment_causes import segment_causes
from campaign_health.detection.causes.shared_causes import source_trouble
from campaign_health.detection.causes.single_messages import single_message_causes
from campaign_health.detection.causes.unexplained import steady_part, unknown

WORTH_SAYING = 0.4  # confidence below which a cause is not shown
MOST_SHOWN = 4


def find_causes(case: BrokenCampaign) -> list[Cause]:
    """The causes of one campaign's break, best first; at least one, which may be `unknown`.

    The most certain comes first. Nothing is claimed that the numbers, the definition's history or the Lexicon do not
    bear out; where nothing is, the one cause is `unknown`, with what was ruled out.
    """
    chain = Chain(case)
    found = [
        *event_causes(case, chain),
        *definition_causes(case, chain),
        *segment_causes(case, chain),
        *part_causes(case),
        *property_causes(case, chain),
        *single_message_causes(case),
        *message_causes(case, chain),
        *never_causes(case, chain),
    ]
    shared = source_trouble(case)
    found += [shared] if shared is not None else []
    found = [cause for cause in found if cause.confidence >= WORTH_SAYING and explains_the_stage(cause, case, chain)]
    found.sort(key=lambda cause: -cause.confidence)
    shown: list[Cause] = []
    for cause in found:
        if all(cause.cause != other.cause for other in shown):
            shown.append(cause)
    if not shown or shown[0].confidence < 0.6:
        part = steady_part(case, chain)
        if part is not None and all(cause.cause != part.cause for cause in shown):
            shown = sorted([*shown, part], key=lambda cause: -cause.confidence)
    shown = shown[:MOST_SHOWN] or [unknown(case, chain)]
    return [_without_before(cause) for cause in shown] if case.never_otherwise else shown


def _without_before(cause: Cause) -> Cause:
    """Without the facts about days before a break, where there were none."""
    return replace(cause, facts={name: fact for name, fact in cause.facts.items() if not name.endswith("_before")})
