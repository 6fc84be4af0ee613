"""The digest as data: what there is to say, before anyone decides how it looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from campaign_health.words.currency import DOLLARS

Kind = Literal["digest", "urgent", "all_clear", "reminder"]


class SectionName(StrEnum):
    """The parts of a digest, in the order in which they are read."""

    NEW = "New"
    STILL_BROKEN = "Still broken"
    EARLY = "Early signs"
    DELIVERY = "Carried to Customer.io"
    BESIDE = "Broadcasts and transactional messages"
    PROMISES = "Late messages"
    RECOVERED = "Recovered"
    CLOSED = "Ended without recovering"
    LATE = "Came to light late"
    MUTED = "Muted"
    COULD_NOT_CHECK = "Could not check"


BROKEN_SECTIONS = (SectionName.NEW, SectionName.STILL_BROKEN)


@dataclass(frozen=True)
class Money:
    """Revenue at risk with its range; `a_week` while it goes on, None once it is over. `currency`: ISO 4217 code."""

    amount: float
    low: float
    high: float
    a_week: float | None = None
    currency: str = DOLLARS


@dataclass(frozen=True)
class DigestItem:
    """One campaign's incident, in words and numbers. `day_number` counts from the first bad day, which is day 1.

    `recovered_on` is the first good day again, or the day on which it was closed, and `ended` says which in words; None
    while it is open and where it was withdrawn. `never_otherwise`: it was so on every day that is known. `campaigns`
    are all that one trouble of a source broke together: `campaign_id` is then 0, and the link the overview's. `brief`:
    where many are broken, it is told in one line. `note` is what people said of it and what came of that, `handling`
    the same in a word or two. `customerio_link`, and `mixpanel_link` or `amplitude_link`, lead to the campaign and its
    event in the services themselves.
    """

    incident_id: str
    campaign_id: int
    campaign: str
    status: str
    seen: str
    since: date
    day_number: int
    cause_title: str = ""
    cause: str = ""
    next_step: str = ""
    missed_sends: float | None = None
    missed_sends_low: float | None = None
    missed_sends_high: float | None = None
    money: Money | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    sends: tuple[float | None, ...] = ()
    campaigns: tuple[str, ...] = ()
    recovered_on: date | None = None
    ended: str = ""
    never_otherwise: bool = False
    note: str = ""
    link: str | None = None
    acknowledge_link: str | None = None
    mute_link: str | None = None
    fixed_link: str | None = None
    handling: str = ""
    customerio_link: str | None = None
    mixpanel_link: str | None = None
    amplitude_link: str | None = None
    brief: bool = False


@dataclass(frozen=True)
class CheckFailure:
    """Something that could not be checked: campaigns without numbers, or (`campaigns` empty) a source in part.

    `said` is for everyone, `error` is what the services said. `title` names up to three of the campaigns.
    """

    first_day: date | None
    last_day: date | None
    error: str
    title: str = ""
    said: str = ""
    sources: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    link: str | None = None


@dataclass(frozen=True)
class Section:
    """One part of the digest. `more` items were left out for want of room; `others` are their campaigns' names.

    What is broken is never left out: where there is much of it, its items are brief.
    """

    name: SectionName
    items: tuple[DigestItem, ...] = ()
    failures: tuple[CheckFailure, ...] = ()
    more: int = 0
    others: tuple[str, ...] = ()

    @property
    def draws_sends(self) -> bool:
        """Whether the sends of any of its items are drawn, as a row of small bars."""
        return self.name in BROKEN_SECTIONS and any(item.sends and not item.brief for item in self.items)


@dataclass(frozen=True)
class Digest:
    """Everything one message says. `rest` is the line about all that is well; `change_ids` is what it announces.

    `names_workspace`: the reader must be told whose digest it is. `stale` says why this is not the state of today.
    """

    announcement_id: str
    workspace: str
    kind: Kind
    day: date
    headline: str
    rest: str
    sections: tuple[Section, ...] = ()
    change_ids: tuple[str, ...] = ()
    link: str | None = None
    delayed_since: date | None = field(default=None)
    names_workspace: bool = True
    stale: tuple[str, ...] = ()

    def section(self, name: SectionName) -> Section | None:
        """The section of that name, or None where the digest has none."""
        return next((section for section in self.sections if section.name == name), None)
