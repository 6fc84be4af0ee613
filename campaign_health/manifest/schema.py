"""The manifest's shape: which events exist, what they carry, and which campaigns hang on them."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from campaign_health.manifest.durations import seconds_of
from campaign_health.manifest.entry_parts import (
    LengthText,
    Name,
    OnceText,
    Part,
    Text,
    WhenEntry,
    empty_as_list,
    empty_as_mapping,
)
from campaign_health.manifest.experiment_entry import DAY_SECONDS, ExperimentEntry
from campaign_health.manifest.routed import DerivedEntry, Profile, RouteEntry
from campaign_health.words.currency import DOLLARS

PropertyType = Literal["string", "integer", "number", "boolean", "array", "object", "null"]
CampaignState = Literal["running", "draft", "stopped", "paused", "scheduled", "archived"]


def _null_type(value: Any) -> Any:
    # Unquoted, YAML reads the type `null` as nothing.
    return "null" if value is None else value


class PropertyEntry(Part):
    """What one property of an event looks like."""

    type: Annotated[PropertyType | None, BeforeValidator(_null_type)] = Field(
        default=None, description="JSON's name for the type of its values."
    )
    required: bool = Field(default=False, strict=True, description="Every event must carry it.")
    description: Text | None = Field(default=None, description="For people.")


class EventEntry(Part):
    """One event as the product sends it."""

    properties: Annotated[
        dict[Name, Annotated[PropertyEntry, BeforeValidator(empty_as_mapping)]], BeforeValidator(empty_as_mapping)
    ] = Field(default_factory=dict, description="The properties it carries.")
    sent_from: Text | None = Field(
        default=None, description="`elsewhere`, or where: the event is sent, but not by this repository's code."
    )
    route: Annotated[RouteEntry | None, BeforeValidator(empty_as_mapping)] = Field(
        default=None, description="What of it goes to Customer.io; without it, nothing does."
    )
    profile: Profile = Field(
        default_factory=dict, description="Properties that become attributes of the person, each with its name there."
    )
    description: Text | None = Field(default=None, description="For people.")


class CampaignEntry(Part):
    """One campaign in Customer.io and the event it hangs on."""

    name: Name | None = Field(default=None, description="Its name in Customer.io; or give `id`.")
    id: Annotated[int, Field(strict=True, ge=1)] | None = Field(default=None, description="Its id in Customer.io.")
    event: Name | None = Field(default=None, description="The event that triggers it, or that fills its segment.")
    state: CampaignState | None = Field(
        default=None, description="What Customer.io says wins where it is known; without either it counts as running."
    )
    owner: Text | None = Field(default=None, description="Who is told when it breaks.")
    uses: Annotated[tuple[Name, ...], BeforeValidator(empty_as_list)] = Field(
        default=(), description="Properties it uses besides those its messages show."
    )
    segments: Annotated[tuple[Name | int, ...], BeforeValidator(empty_as_list)] = Field(
        default=(), description="Segments that trigger or filter it, by name or id."
    )
    deal_value: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] | None = Field(
        default=None, description="What one conversion is worth, in the manifest's currency."
    )
    conversion_rate: Annotated[float, Field(strict=True, ge=0, le=1)] | None = Field(
        default=None, description="Share of qualifying events that convert, 0 to 1."
    )
    timing: Text | None = Field(
        default=None,
        description="How soon after the event it should send: `within 5 minutes` promises; other text is for people.",
    )
    when: Annotated[dict[Name, WhenEntry], BeforeValidator(empty_as_mapping)] = Field(
        default_factory=dict,
        description="What the event's properties must be for the campaign to send: `at least 3`, `more than 3`, "
        "`at most 3`, `less than 3`, a value, or a list of values. Customer.io's trigger stays the judge.",
    )
    once: OnceText | None = Field(
        default=None, description="A person gets it at most once in so long, such as `7 days`, or `ever`."
    )
    relevant_for: LengthText | None = Field(
        default=None, description="For how long after the event the message still makes sense, such as `24 hours`."
    )
    on_drift: Literal["hold"] | None = Field(
        default=None, description="`hold`: keep all of its event's deliveries back while the event is not as declared."
    )
    recovery_broadcast: Annotated[int, Field(strict=True, ge=1)] | None = Field(
        default=None,
        description="The id of an API-triggered broadcast in Customer.io, for people who missed its message.",
    )
    conversion_event: Name | None = Field(
        default=None, description="The event with which a person has done what the message asks for."
    )
    experiment: ExperimentEntry | None = Field(
        default=None, description="Compares sending at once with sending once a day, on part of its people."
    )
    description: Text | None = Field(default=None, description="For people.")

    @model_validator(mode="after")
    def _can_be_found(self) -> CampaignEntry:
        if self.name is None and self.id is None:
            raise PydanticCustomError("campaign_without_name", "a campaign has neither `name` nor `id`")
        if self.event is None and not self.segments:
            raise PydanticCustomError("campaign_without_event", "a campaign has no `event`")
        if self.experiment is not None and self.event is None:
            raise PydanticCustomError("experiment_without_event", "an experiment needs the campaign's `event`")
        if self.experiment is not None and (seconds_of(self.relevant_for or "a day") or 0) < DAY_SECONDS:
            raise PydanticCustomError(
                "experiment_too_short", "who waits gets the message when it is of no use any more"
            )
        return self

    @property
    def label(self) -> str:
        """The name people know it by, else its id."""
        return self.name if self.name is not None else str(self.id)


class TriggeredEntry(Part):
    """An API-triggered broadcast or a transactional message, and the event with which the code triggers it."""

    broadcast: Name | Annotated[int, Field(strict=True, ge=1)] | None = Field(
        default=None, description="The broadcast's name or id in Customer.io; or give `transactional`."
    )
    transactional: Name | Annotated[int, Field(strict=True, ge=1)] | None = Field(
        default=None, description="The transactional message's name or id in Customer.io."
    )
    event: Name = Field(description="The event that comes to Mixpanel each time that the code triggers it.")
    owner: Text | None = Field(default=None, description="Who is told when it breaks.")

    @model_validator(mode="after")
    def _names_one(self) -> TriggeredEntry:
        if (self.broadcast is None) == (self.transactional is None):
            raise PydanticCustomError("triggered_without_name", "needs one of `broadcast` and `transactional`")
        return self

    @property
    def label(self) -> str:
        """The name people know it by, else what it is with its id."""
        said = self.broadcast if self.broadcast is not None else self.transactional
        kind = "broadcast" if self.broadcast is not None else "transactional message"
        return said if isinstance(said, str) else f"{kind} {said}"

    def means(self, kind: str, object_id: int, name: str) -> bool:
        """Whether it is about the broadcast or transactional message of this id and name."""
        said = self.broadcast if kind == "broadcast" else self.transactional
        return said == object_id if isinstance(said, int) else said is not None and said.strip() == name.strip()


class Rename(Part):
    """A reviewed change of an event's name: the hand-over from one to the other is expected."""

    old: Name = Field(alias="from", description="The name so far.")
    new: Name = Field(alias="to", description="The name from now on.")
    since: datetime.date | None = Field(default=None, description="The day from which the new name is sent.")
    owner: Text | None = Field(default=None, description="Who answers for the change.")

    @model_validator(mode="after")
    def _changes_something(self) -> Rename:
        if self.old.strip() == self.new.strip():
            raise PydanticCustomError("rename_to_itself", "a rename goes from a name to the same name")
        return self


class Waiver(Part):
    """A violation that somebody answers for until a day: a note until then, and a violation again after it."""

    event: Name = Field(description="The event it is about.")
    until: datetime.date = Field(description="The last day on which it is waived.")
    rule: Name | None = Field(default=None, description="Only this rule of `check`, such as `event_renamed`.")
    property: Name | None = Field(default=None, description="Only this property.")
    reason: Text | None = Field(default=None, description="Why, for people.")
    owner: Text | None = Field(default=None, description="Who answers for it.")


class CodeSettings(Part):
    """How `check --code` reads this repository."""

    prefix: Annotated[str, Field(strict=True, max_length=100)] = Field(
        default="", description="What the code puts before every event name; literals are read with and without it."
    )
    include: Annotated[tuple[Name, ...], BeforeValidator(empty_as_list)] = Field(
        default=(), description="Path patterns; if any are given, only these are read."
    )
    exclude: Annotated[tuple[Name, ...], BeforeValidator(empty_as_list)] = Field(
        default=(), description="Path patterns that are not read."
    )
    calls: Annotated[tuple[Name, ...], BeforeValidator(empty_as_list)] = Field(
        default=(), description="Names of your own functions that send an event."
    )
    unlisted: Literal["violation", "note", "off"] = Field(
        default="violation", description="What a new tracking call is whose event the manifest does not have."
    )


class Manifest(Part):
    """The whole file."""

    version: Literal[1] = Field(description="Of the manifest's shape: 1.")
    currency: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{3}$")] = Field(
        default=DOLLARS,
        description="What deal values are in: an ISO 4217 code, such as EUR; CAMPAIGN_HEALTH_CURRENCY where not said.",
    )
    events: Annotated[
        dict[Name, Annotated[EventEntry, BeforeValidator(empty_as_mapping)]], BeforeValidator(empty_as_mapping)
    ] = Field(default_factory=dict, description="By their exact name in Mixpanel.")
    derived: Annotated[dict[Name, DerivedEntry], BeforeValidator(empty_as_mapping)] = Field(
        default_factory=dict, description="Events that are made where others do not come; each is among `events`, too."
    )
    campaigns: Annotated[tuple[CampaignEntry, ...], BeforeValidator(empty_as_list)] = Field(
        default=(), description="Campaigns in Customer.io that hang on these events."
    )
    triggered: Annotated[tuple[TriggeredEntry, ...], BeforeValidator(empty_as_list)] = Field(
        default=(), description="Broadcasts and transactional messages that the code triggers, with their events."
    )
    renames: Annotated[tuple[Rename, ...], BeforeValidator(empty_as_list)] = Field(
        default=(), description="Reviewed changes of names."
    )
    waivers: Annotated[tuple[Waiver, ...], BeforeValidator(empty_as_list)] = Field(
        default=(), description="Violations of `check` that somebody answers for until a day."
    )
    code: Annotated[CodeSettings, BeforeValidator(empty_as_mapping)] = Field(default_factory=CodeSettings)

    @model_validator(mode="after")
    def _renames_lead_somewhere(self) -> Manifest:
        following: dict[str, str] = {}
        for rename in self.renames:
            if rename.old.strip() in following:
                raise PydanticCustomError(
                    "renamed_twice", "`{name}` is renamed twice", {"name": rename.old.strip(), "part": "renames"}
                )
            following[rename.old.strip()] = rename.new.strip()
        for start in following:
            name, steps = start, 0
            while name in following:
                name, steps = following[name], steps + 1
                if steps > len(following):
                    raise PydanticCustomError(
                        "renamed_in_a_circle", "the renames of `{name}` go round in a circle",
                        {"name": start, "part": "renames"},
                    )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _one_experiment_an_event(self) -> Manifest:
        # What waits is the event, so that one person's could have to wait and to go at the same time.
        names = {
            name.strip(): (entry.route.to or name).strip()
            for name, entry in self.events.items()
            if entry.route is not None
        }
        known: dict[str, str] = {}
        for one in self.campaigns:
            if one.experiment is None or one.event is None or one.state not in (None, "running"):
                continue
            newest = self.newest_name(one.event)
            first = known.setdefault(names.get(newest, newest), one.label)
            if first != one.label:
                raise PydanticCustomError(
                    "two_experiments", "`{first}` and `{second}` have an experiment on the same event",
                    {"first": first, "second": one.label, "part": "campaigns"},
                )  # fmt: skip
        return self

    def event(self, name: str) -> EventEntry | None:
        """The entry of an event as Customer.io matches it: spaces around a name do not count, case does."""
        if name in self.events:
            return self.events[name]
        return next((entry for known, entry in self.events.items() if known.strip() == name.strip()), None)

    def campaign(self, campaign_id: int, name: str) -> CampaignEntry | None:
        """The entry of a campaign: the one with its id, else the one that has its name and no id."""
        by_id = [one for one in self.campaigns if one.id == campaign_id]
        by_name = [one for one in self.campaigns if one.id is None and str(one.name).strip() == name.strip()]
        return next(iter(by_id + by_name), None)

    def newest_name(self, name: str) -> str:
        """The name that an event has after all its reviewed renames."""
        following = {rename.old.strip(): rename.new.strip() for rename in self.renames}
        name = name.strip()
        while name in following:
            name = following[name]
        return name
