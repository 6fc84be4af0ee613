"""What is to be kept back, and how a hold ends: as the manifest, the monitor, people and silence say. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from campaign_health.route.holding.fallen_silent import candidate_for
from campaign_health.route.holding.published_word import Drift
from campaign_health.route.manifest_contract import ManifestContract
from campaign_health.route.seen_names import NewName
from storage.outbox.events.held_events import CONFIRMED, EVENTS, HAND, RELEASED, HeldEvent, Hold, HoldKind
from storage.read.decisions_made import Decision

USUAL_SHARE = 0.05
"""An event of which so many did not fit the day before has not just changed."""


@dataclass(frozen=True)
class WantedHold:
    """A hold that is to begin, unless one of this `source` ever did: what was let go is not kept back again for it."""

    event: str
    kind: HoldKind
    why: str
    source: str
    candidate_of: str = ""


def kind_on_drift(contract: ManifestContract | None, event: str) -> HoldKind:
    """How much of an event is kept back where it is not as declared."""
    return "everything" if contract is not None and contract.is_held_on_drift(event) else "unsendable"


def wanted_by_people(contract: ManifestContract, said: Sequence[Decision]) -> list[WantedHold]:
    """What somebody said on the dashboard is to be kept back."""
    return [
        WantedHold(one.event, "everything", one.reason or "", f"{HAND} {one.decision_id}")
        for one in said
        if one.event is not None and one.event in contract.events
    ]


def wanted_by_monitor(
    contract: ManifestContract, drifts: Sequence[Drift], is_live: Callable[[str], bool]
) -> list[WantedHold]:
    """What the monitor found broken, and the name that it likely has now; once for each incident."""
    found = []
    for drift in drifts:
        routed = contract.routed(drift.event)
        if routed is None or not is_live(routed.event):
            continue
        event, source = routed.event, drift.incident_id
        why = f"the monitor found that it is broken: {drift.cause.replace('_', ' ')}"
        found.append(WantedHold(event, kind_on_drift(contract, event), why, source))
        if drift.new_name and contract.routed(drift.new_name) is None:
            found.append(_candidate(drift.new_name, event, source))
    return found


def wanted_by_silence(
    event: str, last: float, names: Mapping[str, NewName], not_new: Collection[str]
) -> WantedHold | None:
    """The new name that an event likely has which is silent since `last` (Unix seconds); None where there is none."""
    candidate = candidate_for(event, names, last)
    if candidate is None or candidate.name in not_new:
        return None
    return _candidate(candidate.name, event, f"{EVENTS} {int(last)}")


def how_let_go(hold: Hold) -> str:
    """How a hold ends that somebody lets go."""
    return CONFIRMED if hold.kind == "candidate" else RELEASED


def is_let_go(hold: Hold, said: Decision) -> bool:
    """Whether what somebody said is about this hold, and not about one before it."""
    return hold.since < said.decided_at.timestamp()


def those_that_fit(contract: ManifestContract, some: Sequence[HeldEvent]) -> list[bytes]:
    """The keys of kept events that are as declared now."""
    return [one.event.key for one in some if contract.fits(one.event.event, one.event.body)]


def _candidate(new: str, old: str, source: str) -> WantedHold:
    return WantedHold(new, "candidate", f"it may be the new name of {old}", source, old)
