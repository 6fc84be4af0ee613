"""What the manifest's routes send to Customer.io, against the events they take it from and the campaigns they feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from campaign_health.check.findings import Finding, Severity
from campaign_health.check.labels import stopped
from campaign_health.check.rules.manifest_rules import is_known
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.manifest.durations import TRIGGERS_WITHIN_SECONDS, seconds_of
from campaign_health.manifest.manifest_reading import ReadManifest
from campaign_health.manifest.routed import RESERVED, RouteEntry, declared_name, paths_of
from campaign_health.manifest.schema import EventEntry
from campaign_health.manifest.sent_names import attribute_behind, entry_of, event_behind, has_one_source

# Mixpanel's own names of a person, which no manifest has to declare.
_MIXPANELS = frozenset({"distinct_id"})


def check_routes(read: ReadManifest, file: str, campaigns: Sequence[CampaignDependency]) -> list[Finding]:
    """What of each routed event does not fit its own entry or the running campaigns on it. An event without `route` is
    sent by somebody else, so nothing is said of it.
    """
    found: list[Finding] = [*_derived(read, file), *_experiments_without_route(read, file)]
    manifest = read.manifest
    for name, entry in manifest.events.items():
        if entry.route is None:
            continue
        newest, sent = manifest.newest_name(name), (entry.route.to or name).strip()
        # What the code triggers itself does not wait for the event.
        fed = [
            campaign
            for campaign in campaigns
            if campaign.part == "campaigns"
            and campaign.event is not None
            and (campaign.event == sent or manifest.newest_name(event_behind(manifest, campaign.event)) == newest)
        ]
        running = [campaign for campaign in fed if campaign.counts_as_running]
        event = _Event(read, file, name, entry, entry.route)
        found += event.undeclared()
        found += event.attributes_of(running)
        found += event.conditions_of(running)
        found += event.once_of(running)
        found += event.experiments_of(running)
        found += event.relevance_of(running)
        if not fed:
            found.append(event.without_campaign())
    return found


class _Event:
    """One routed event and what is found about it."""

    def __init__(self, read: ReadManifest, file: str, name: str, entry: EventEntry, route: RouteEntry) -> None:
        self.read, self.file, self.name, self.entry, self.route = read, file, name, entry, route

    def undeclared(self) -> Iterator[Finding]:
        """Properties that the route or the profile reads and the event does not declare: they are never sent."""
        for attribute, spec in self.route.attributes.items():
            for path in paths_of(spec):
                if declared_name(path, self.entry.properties) is None:
                    yield self._undeclared(path, ("route", "attributes", attribute), f"`{attribute}` is never sent")
        for path, attribute in self.entry.profile.items():
            if declared_name(path, self.entry.properties) is None:
                yield self._undeclared(path, ("profile", path), f"`{attribute}` of the person is never set")
        for key in ("id", "email"):
            path = getattr(self.route.person, key)
            if path is None or path.startswith("$") or path in _MIXPANELS:
                continue
            if declared_name(path, self.entry.properties) is None:
                yield self._undeclared(path, ("route", "person", key), "nobody sees that it is missing")

    def _undeclared(self, path: str, place: tuple[str, ...], harm: str) -> Finding:
        return self._finding(
            "mapped_property_not_declared",
            "violation",
            f"the route of `{self.name}` reads `{path}`, which the event does not declare: {harm}.",
            self.read.line("events", self.name, *place),
            prop=path,
        )

    def attributes_of(self, running: Sequence[CampaignDependency]) -> Iterator[Finding]:
        """What each campaign uses and the route does not send, or not always."""
        for campaign in running:
            for name in sorted(campaign.attributes - RESERVED):
                attribute = attribute_behind(self.route, name)
                needed = name in campaign.needed_attributes
                if attribute is None:
                    yield self._not_sent(campaign, name, needed=needed)
                elif needed and self._may_be_missing(attribute):
                    yield self._finding(
                        "attribute_may_be_missing",
                        "note",
                        f"{stopped([campaign])} needs `{name}`, which the route of `{self.name}` takes from a property "
                        "that is not required.",
                        self._line_of(campaign),
                        (campaign,),
                        name,
                    )

    def _may_be_missing(self, attribute: str) -> bool:
        spec = self.route.attributes[attribute]
        names = [declared_name(path, self.entry.properties) for path in paths_of(spec)]
        return has_one_source(spec) and any(name and not self.entry.properties[name].required for name in names)

    def _not_sent(self, campaign: CampaignDependency, name: str, *, needed: bool) -> Finding:
        # Another sender of the same event may carry it, and a message that can do without it still goes out.
        severity: Severity = "violation" if needed and self.route.also_sent_by is None else "note"
        verb = "needs" if needed else "shows"
        return self._finding(
            "attribute_not_routed",
            severity,
            f"{stopped([campaign])} {verb} `{name}` of `{self._sent}`, which the route of `{self.name}` does not send.",
            self._line_of(campaign),
            (campaign,),
            name,
        )

    def conditions_of(self, running: Sequence[CampaignDependency]) -> Iterator[Finding]:
        """Attributes that a campaign's `when` asks for and the route does not send."""
        for campaign in running:
            if campaign.index is None:
                continue
            for name in self.read.manifest.campaigns[campaign.index].when:
                if attribute_behind(self.route, name) is None:
                    yield self._finding(
                        "condition_not_routed",
                        "violation" if self.route.also_sent_by is None else "note",
                        f"{stopped([campaign])} sends only `when` `{name}` is as it says, and the route of "
                        f"`{self.name}` does not send it.",
                        self.read.line("campaigns", campaign.index, "when", name),
                        (campaign,),
                        name,
                    )

    def once_of(self, running: Sequence[CampaignDependency]) -> Iterator[Finding]:
        """Campaigns whose `once` would hold the event back from others that do not ask for the same."""
        asked = {id(campaign): self._once(campaign) for campaign in running}
        for campaign in running:
            once = asked[id(campaign)]
            others = [other for other in running if asked[id(other)] != once]
            if once is not None and others and campaign.index is not None:
                yield self._finding(
                    "once_on_shared_event",
                    "violation",
                    f"`once` of *{campaign.label}* holds `{self.name}` back for {once}, and {stopped(others)} "
                    f"{'hangs' if len(others) == 1 else 'hang'} on the same event.",
                    self.read.line("campaigns", campaign.index, "once"),
                    (campaign, *others),
                )

    def experiments_of(self, running: Sequence[CampaignDependency]) -> Iterator[Finding]:
        """Campaigns whose `experiment` would have people wait for the messages of others, too."""
        for campaign in running:
            others = [other for other in running if other is not campaign]
            if campaign.index is None or not others:
                continue
            experiment = self.read.manifest.campaigns[campaign.index].experiment
            if experiment is not None:
                yield self._finding(
                    "experiment_on_shared_event",
                    "violation",
                    f"`experiment` of *{campaign.label}* has {experiment.hold_back} of the people wait until the daily "
                    f"hour for `{self.name}`, and {stopped(others)} {'hangs' if len(others) == 1 else 'hang'} on the "
                    "same event.",
                    self.read.line("campaigns", campaign.index, "experiment"),
                    (campaign, *others),
                )

    def _once(self, campaign: CampaignDependency) -> str | None:
        return None if campaign.index is None else self.read.manifest.campaigns[campaign.index].once

    def relevance_of(self, running: Sequence[CampaignDependency]) -> Iterator[Finding]:
        """Campaigns whose message makes sense for longer than Customer.io lets an event trigger it."""
        for campaign in running:
            said = None if campaign.index is None else self.read.manifest.campaigns[campaign.index].relevant_for
            if campaign.index is not None and said and (seconds_of(said) or 0) > TRIGGERS_WITHIN_SECONDS:
                yield self._finding(
                    "relevant_beyond_trigger",
                    "note",
                    f"`relevant_for` of *{campaign.label}* is {said}, and the route sends `{self.name}` for at most 71 "
                    "hours, since no older event triggers a campaign in Customer.io.",
                    self.read.line("campaigns", campaign.index, "relevant_for"),
                    (campaign,),
                )

    def without_campaign(self) -> Finding:
        """An event that is sent for nobody, as far as is known."""
        return self._finding(
            "routed_event_without_campaign",
            "note",
            f"the route sends `{self.name}` to Customer.io as `{self._sent}`, by which no campaign is triggered.",
            self.read.line("events", self.name, "route", "to"),
        )

    @property
    def _sent(self) -> str:
        return (self.route.to or self.name).strip()

    def _line_of(self, campaign: CampaignDependency) -> int:
        if campaign.index is None:
            return self.read.line("events", self.name, "route")
        return self.read.line(campaign.part, campaign.index)

    def _finding(
        self,
        rule: str,
        severity: Severity,
        message: str,
        line: int,
        campaigns: Sequence[CampaignDependency] = (),
        prop: str | None = None,
    ) -> Finding:
        names = tuple(sorted({campaign.label for campaign in campaigns}))
        return Finding(rule, severity, message, self.name.strip(), prop, None, names, self.file, line, self.file, line)


def _derived(read: ReadManifest, file: str) -> Iterator[Finding]:
    for name, entry in read.manifest.derived.items():
        for event in (name, *entry.absent):
            if not is_known(read, event):
                line = read.line("derived", name)
                message = (
                    f"`derived` speaks of `{event}`, which is not among the manifest's events. Add it to `events:`."
                )
                yield Finding(
                    "unknown_event", "violation", message, event.strip(), file=file, line=line, head_file=file,
                    head_line=line,
                )  # fmt: skip


def _experiments_without_route(read: ReadManifest, file: str) -> Iterator[Finding]:
    manifest = read.manifest
    for place, campaign in enumerate(manifest.campaigns):
        if campaign.experiment is None or campaign.event is None:
            continue
        entry = entry_of(manifest, event_behind(manifest, campaign.event))
        if entry is None or entry.route is None:
            line = read.line("campaigns", place, "experiment")
            message = f"`experiment` of *{campaign.label}* holds nothing back: no route carries `{campaign.event}`."
            yield Finding(
                "experiment_not_routed", "violation", message, campaign.event.strip(), campaigns=(campaign.label,),
                file=file, line=line, head_file=file, head_line=line,
            )  # fmt: skip
