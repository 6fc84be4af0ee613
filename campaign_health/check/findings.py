"""What a check found, as plain data: findings, coverage, what could not be looked up, and the outcome."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from campaign_health.check.event_standing import EventStanding
from campaign_health.check.event_standing import lines as standing_lines
from campaign_health.check.property_coverage import PropertyCoverage
from campaign_health.manifest.manifest_reading import DEFAULT_NAME
from campaign_health.manifest.problems import Failure

Severity = Literal["violation", "note"]
Outcome = Literal["holds", "violated", "could_not_check"]

# What each rule says, for reports that list rules.
RULES = {
    "event_renamed": "A running campaign's trigger event has another name in the code.",
    "event_removed": "A running campaign's trigger event is gone from the code.",
    "event_not_sent": "A running campaign's trigger event is still named in the code, but no call sends it any more.",
    "event_put_together": "A running campaign's trigger event is put together while the code runs.",
    "event_in_unread_file": "A running campaign's trigger event moved to a file that is read by quoted names only.",
    "event_vanished_in_part": "A running campaign's trigger event was replaced in one place and lives on elsewhere.",
    "rename_differs": "A reviewed rename leads to a name that is not the one in the code.",
    "trigger_not_seen": "A running campaign's trigger event is not sent by the code as far as it was read.",
    "event_not_in_manifest": "A new tracking call sends an event that the manifest does not have.",
    "constant_without_use": "A trigger event's name stands only in a constant that nothing uses any more.",
    "unknown_event": "A campaign names an event that the manifest does not have.",
    "manifest_event_removed": "The manifest no longer has an event on which a running campaign hangs.",
    "manifest_event_renamed": "The manifest renames an event of a running campaign without a rename entry.",
    "property_removed": "The manifest no longer has a property on which a running campaign depends.",
    "property_renamed": "The manifest renames a property on which a running campaign depends.",
    "property_type_changed": "A property on which a running campaign depends changed its type.",
    "property_newly_required": "An event of a running campaign requires a property that it did not require before.",
    "property_gone_in_code": "A call no longer gives a trigger event a property that a running campaign needs.",
    "property_renamed_in_code": "A call gives a trigger event's property under another name.",
    "property_type_changed_in_code": "A call gives a trigger event's property a value of another type.",
    "property_missing_in_new_call": "A new call of a trigger event leaves out a property that the manifest requires.",
    "campaign_not_found": "The manifest names a campaign that Customer.io does not have.",
    "trigger_differs": "A campaign's trigger event in Customer.io is not the manifest's.",
    "campaign_not_in_manifest": "A running campaign in Customer.io is in no manifest.",
    "property_not_in_manifest": "A message uses a property that the manifest does not have for the event.",
    "property_may_be_missing": "A message needs a property that the manifest does not require.",
    "liquid_broken": "A message's Liquid cannot be read in full.",
    "state_differs": "A campaign's state in Customer.io is not the manifest's.",
    "attribute_not_routed": "A campaign uses an attribute that its event's route does not send.",
    "attribute_may_be_missing": "A message needs an attribute whose property the manifest does not require.",
    "mapped_property_not_declared": "A route sends a property that the manifest does not have for the event.",
    "condition_not_routed": "A campaign's `when` asks for an attribute that its event's route does not send.",
    "once_on_shared_event": "A campaign's `once` holds a routed event back from other campaigns on it.",
    "experiment_on_shared_event": "A campaign's `experiment` has part of its people wait for other campaigns, too.",
    "experiment_not_routed": "A campaign has an `experiment` on an event that no route carries.",
    "relevant_beyond_trigger": "A message makes sense for longer than Customer.io lets its event trigger it.",
    "routed_event_without_campaign": "No campaign is triggered by the event that a route sends.",
    "event_not_seen": "Mixpanel does not see an event of a running campaign any more.",
    "event_never_seen": "Mixpanel never saw an event of a running campaign.",
    "observed_type_differs": "Mixpanel sees a property with another type than the manifest's.",
    "observed_property_missing": "Mixpanel sees events without a property that the manifest requires.",
}


@dataclass(frozen=True)
class Finding:
    """One thing the check found.

    Attributes:
        rule: One of `RULES`.
        severity: `violation` fails the check; `note` does not.
        event: The event it is about.
        property: The property it is about.
        new_name: The likely new name of the event or property.
        campaigns: The campaigns it hits, by name, else id; sorted.
        message: For the marketer, in Markdown: names in backticks, campaigns in asterisks.
        file, line: Where it stood at the base; None for what is new.
        head_file, head_line: Where it stands, or would stand, at the head.
        waived_until: The last day (YYYY-MM-DD) of the waiver that makes a violation a note.
    """

    rule: str
    severity: Severity
    message: str
    event: str | None = None
    property: str | None = None
    new_name: str | None = None
    campaigns: tuple[str, ...] = ()
    file: str | None = None
    line: int | None = None
    head_file: str | None = None
    head_line: int | None = None
    waived_until: str | None = None

    def place(self) -> tuple[str | None, int | None]:
        """Where an annotation belongs: at the head if it is there."""
        return (self.head_file, self.head_line) if self.head_file else (self.file, self.line)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "campaigns": list(self.campaigns)}


@dataclass(frozen=True)
class ExpectedHandover:
    """A reviewed rename that the code carries out: no finding, but said."""

    old: str
    new: str
    campaigns: tuple[str, ...]


@dataclass(frozen=True)
class OlderCall:
    """A tracking call whose event is in no manifest, and that this change did not bring."""

    event: str
    file: str
    line: int


@dataclass
class Coverage:
    """What was looked at. An event never seen in the code cannot vanish from it, so that is said.

    Attributes:
        parts: What was compared, in words.
        trigger_events: Running campaigns' trigger events that this code should hold; None if no code was read.
        seen: Those that this code sends or may send, at the base or the head.
        not_seen: Those that are only named in it, stand elsewhere, or nowhere.
        standings: How each of them stands in the code, and where.
        sent_elsewhere: Those that the manifest says are sent from elsewhere.
        files_read: Code files read at the head.
        older_calls_not_in_manifest: Tracking calls whose event is in no manifest and that are not new.
        older_calls: Those calls one by one.
        too_large: Files left out for their size.
        handovers: Reviewed renames that the code carries out.
        properties: How much of the trigger events' properties could be seen; None where none matters.
    """

    parts: list[str] = field(default_factory=list)
    trigger_events: int | None = None
    seen: list[str] = field(default_factory=list)
    not_seen: list[str] = field(default_factory=list)
    standings: list[EventStanding] = field(default_factory=list)
    sent_elsewhere: list[str] = field(default_factory=list)
    files_read: int = 0
    older_calls_not_in_manifest: int = 0
    older_calls: list[OlderCall] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)
    handovers: list[ExpectedHandover] = field(default_factory=list)
    properties: PropertyCoverage | None = None
    remarks: list[str] = field(default_factory=list)

    def sentences(self, *, with_standings: bool = True) -> list[str]:
        """The coverage for people, with or without a sentence for each trigger event."""
        said = [f"Compared: {', '.join(self.parts)}."] if self.parts else []
        if self.trigger_events is not None:
            said += [self.code_sentence(), *(standing_lines(self.standings) if with_standings else ())]
            if self.older_calls_not_in_manifest:
                one = self.older_calls_not_in_manifest == 1
                said.append(
                    f"{self.older_calls_not_in_manifest} older tracking call{'' if one else 's'} "
                    f"send{'s' if one else ''} events that are in no manifest."
                )
            if self.properties is not None:
                said += self.properties.sentences()
            if self.too_large:
                said.append(f"Not read, too large: {', '.join(self.too_large)}.")
        said += [f"Hand-over expected: `{h.old}` to `{h.new}` ({', '.join(h.campaigns)})." for h in self.handovers]
        return said + self.remarks

    def code_sentence(self) -> str:
        """How many trigger events the code holds, and which it does not."""
        one = self.trigger_events == 1
        text = (
            f"{len(self.seen)} of {self.trigger_events} trigger event{'' if one else 's'} "
            f"{'is' if one else 'are'} sent, or may be, by this code"
        )
        if self.not_seen:
            text += f"; not seen: {', '.join(f'`{name}`' for name in self.not_seen)}"
        if self.sent_elsewhere:
            text += f"; sent from elsewhere: {', '.join(f'`{name}`' for name in self.sent_elsewhere)}"
        return text + "."

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        data = asdict(self)
        data["sentence"] = self.code_sentence() if self.trigger_events is not None else None
        data["standings"] = [standing.as_dict() for standing in self.standings]
        data["handovers"] = [{**asdict(h), "campaigns": list(h.campaigns)} for h in self.handovers]
        return data


@dataclass
class CheckResult:
    """All that a check has to say, and when it was run.

    `manifest_unreadable`: nothing could be looked up, and `failures` are what is wrong with the manifest. `manifest` is
    its path from the repository's root, with `/`; its name where there is no repository.
    """

    findings: list[Finding] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
    failures: list[Failure] = field(default_factory=list)
    manifest_unreadable: bool = False
    ran_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    manifest: str = DEFAULT_NAME

    @property
    def violations(self) -> list[Finding]:
        """The findings that fail the check."""
        return [finding for finding in self.findings if finding.severity == "violation"]

    @property
    def outcome(self) -> Outcome:
        """A failed look-up never reads as clean, and a violation beside it is still listed."""
        if self.failures:
            return "could_not_check"
        return "violated" if self.violations else "holds"

    @property
    def exit_code(self) -> int:
        """0 holds, 1 violated, 2 could not check."""
        return {"holds": 0, "violated": 1, "could_not_check": 2}[self.outcome]
