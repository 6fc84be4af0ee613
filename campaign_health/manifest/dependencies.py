"""What each campaign depends on, from the manifest and from what Customer.io says of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from campaign_health.manifest.schema import CampaignEntry, Manifest, TriggeredEntry
from campaign_health.manifest.sent_names import event_behind, properties_behind


@dataclass(frozen=True)
class ObservedCampaign:
    """One campaign as Customer.io has it.

    Attributes:
        campaign_id: Customer.io's id.
        name: Its name there.
        state: `running`, `draft`, `stopped`, or a word of Customer.io's that this program does not know.
        event: Its trigger event; None where the trigger is not an event.
        required: Event properties without which a message of it fails.
        optional: Event properties that a message uses but can do without.
        problems: What of its Liquid could not be read.
        sends: Sends in the last 28 collected days; None if not collected.
    """

    campaign_id: int
    name: str
    state: str
    event: str | None
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()
    sends: int | None = None


@dataclass(frozen=True)
class CampaignDependency:
    """One campaign, broadcast or transactional message, and what it hangs on. Names of events are trimmed, as
    Customer.io matches them.

    Attributes:
        label: Its name, else its id.
        state: What Customer.io says where that is known, else the manifest; None if neither does.
        uses: Properties its messages show or the manifest lists; of a routed event those that its attributes come from.
        required: Properties without which its messages fail.
        attributes: What its messages show or the manifest lists, by its name in Customer.io.
        needed_attributes: Those of them without which a message fails, and those that the manifest lists.
        index: Where it stands in the manifest's list; None if only Customer.io has it.
        part: Which of the manifest's lists that is.
    """

    label: str
    campaign_id: int | None
    event: str | None
    state: str | None
    owner: str | None
    uses: frozenset[str]
    required: frozenset[str]
    segments: tuple[str | int, ...] = ()
    sends: int | None = None
    index: int | None = None
    part: Literal["campaigns", "triggered"] = "campaigns"
    attributes: frozenset[str] = frozenset()
    needed_attributes: frozenset[str] = frozenset()

    @property
    def counts_as_running(self) -> bool:
        """Running, or of unknown state: what may be sending must not be broken."""
        return self.state is None or self.state == "running"


def campaign_dependencies(
    manifest: Manifest, observed: Sequence[ObservedCampaign] | None = None
) -> list[CampaignDependency]:
    """The manifest's campaigns, each with what Customer.io adds to it, then the campaigns only Customer.io has, then
    the broadcasts and transactional messages that the manifest says the code triggers: an event that they hang on may
    no more be lost than a campaign's.
    """
    found = []
    matched: set[int] = set()
    for index, entry in enumerate(manifest.campaigns):
        seen = match_campaign(entry, observed or ())
        if seen:
            matched.add(seen.campaign_id)
        found.append(_from_entry(manifest, entry, index, seen))
    found += [_from_observed(manifest, seen) for seen in observed or () if seen.campaign_id not in matched]
    return found + [_from_triggered(entry, index) for index, entry in enumerate(manifest.triggered)]


def match_campaign(entry: CampaignEntry, observed: Iterable[ObservedCampaign]) -> ObservedCampaign | None:
    """The campaign that an entry means: by id where it gives one, else by name, running ones first."""
    candidates = [
        seen
        for seen in observed
        if (seen.campaign_id == entry.id if entry.id is not None else seen.name.strip() == str(entry.name).strip())
    ]
    return min(candidates, key=lambda seen: (seen.state != "running", seen.campaign_id), default=None)


def merge_revisions(head: Sequence[CampaignDependency], base: Sequence[CampaignDependency]) -> list[CampaignDependency]:
    """The campaigns of two revisions of a manifest, as they were wired at the base and are at the head.

    A campaign may so appear twice, with its old and its new event: until Customer.io is told, both count. Its
    state and owner are the head's, where the head still has it.
    """
    now = {_identity(campaign): campaign for campaign in head}
    merged = list(head)
    for campaign in base:
        later = now.get(_identity(campaign))
        if later is None:
            merged.append(replace(campaign, index=None))
        elif later.event != campaign.event:
            merged.append(replace(later, event=campaign.event, uses=campaign.uses | later.uses))
    return merged


def _identity(campaign: CampaignDependency) -> tuple[str, str | int]:
    return campaign.part, campaign.campaign_id if campaign.campaign_id is not None else campaign.label


def _from_entry(
    manifest: Manifest, entry: CampaignEntry, index: int, seen: ObservedCampaign | None
) -> CampaignDependency:
    event = entry.event.strip() if entry.event else _event(manifest, seen)
    required = seen.required if seen else frozenset[str]()
    attributes = frozenset(entry.uses) | required | (seen.optional if seen else frozenset())
    return CampaignDependency(
        label=entry.name or (seen.name if seen else str(entry.id)),
        campaign_id=entry.id if entry.id is not None else (seen.campaign_id if seen else None),
        event=event,
        state=seen.state if seen else entry.state,
        owner=entry.owner,
        uses=properties_behind(manifest, event, attributes),
        required=properties_behind(manifest, event, required, only=True),
        segments=entry.segments,
        sends=seen.sends if seen else None,
        index=index,
        attributes=attributes,
        needed_attributes=required | frozenset(entry.uses),
    )


def _from_triggered(entry: TriggeredEntry, index: int) -> CampaignDependency:
    # What Customer.io says of its state is not compared, so it counts as sent.
    return CampaignDependency(
        label=entry.label,
        campaign_id=None,
        event=entry.event.strip(),
        state=None,
        owner=entry.owner,
        uses=frozenset(),
        required=frozenset(),
        index=index,
        part="triggered",
    )


def _from_observed(manifest: Manifest, seen: ObservedCampaign) -> CampaignDependency:
    event, attributes = _event(manifest, seen), seen.required | seen.optional
    return CampaignDependency(
        label=seen.name,
        campaign_id=seen.campaign_id,
        event=event,
        state=seen.state,
        owner=None,
        uses=properties_behind(manifest, event, attributes),
        required=properties_behind(manifest, event, seen.required, only=True),
        sends=seen.sends,
        attributes=attributes,
        needed_attributes=seen.required,
    )


def _event(manifest: Manifest, seen: ObservedCampaign | None) -> str | None:
    return event_behind(manifest, seen.event) if seen and seen.event else None
