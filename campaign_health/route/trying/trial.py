"""What a trial of a test workspace sends, and what is read out of what it saw: pure."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from campaign_health.route.event_key import ulid_of
from campaign_health.route.person import PersonBy
from campaign_health.route.track_event import BATCH_PATH, ENTITY_PATH, event_operation, person_part
from campaign_health.words.numbers import plural
from campaign_health.words.proof_words import length_text

ATTRIBUTE = "campaign_health_try"
Said = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Step:
    """One request to the Track API, and what it is for."""

    path: str
    body: Mapping[str, Any]
    purpose: str


@dataclass(frozen=True)
class Answer:
    """What was asked, what was found, and by what it is known."""

    question: str
    said: Said
    because: str


@dataclass(frozen=True)
class Message:
    """One message of the campaign: the event that it names, its person, when it was made, and whether it failed."""

    trigger_event_id: str | None
    person: str
    created: float
    failed: bool


@dataclass(frozen=True)
class Observed:
    """What Customer.io showed.

    Attributes:
        arrivals: Id and person of each event of the trial's name; None: it could not be asked.
        attribute: What the first person's ATTRIBUTE became; None: it is not there.
        messages: The campaign's; None: no campaign was named.
        channels: Authentic reports by channel.
        accepted_at: When the first event was accepted, in Unix seconds.
    """

    arrivals: Sequence[tuple[str, str]] | None
    attribute: str | None
    messages: Sequence[Message] | None
    channels: Mapping[str, int]
    accepted_at: float


@dataclass(frozen=True)
class Trial:
    """Two people and two events that nobody else has; `run` names them all, so that they can be sent again later."""

    run: str
    event: str
    by: PersonBy
    address: str

    def person(self, number: int) -> str:
        """What names the first or the second person."""
        return self.address_of(number) if self.by == "email" else f"campaign-health-try-{self.run}-{number}"

    def address_of(self, number: int) -> str:
        """The person's own address, in the same mailbox."""
        name, _, domain = self.address.partition("@")
        return f"{name}+{self.run}-{number}@{domain}".lower()

    def ulid(self, number: int) -> str:
        """The id of the first or the second event."""
        return ulid_of(self._key(number), self._seconds)

    def steps(self) -> list[Step]:
        """All that is sent, in order."""
        first = {"email": self.address_of(1)}
        order = {"batch": [self._identify(1, {ATTRIBUTE: value}) for value in ("first", "second")]}
        together = {"batch": [self._identify(2, {"email": self.address_of(2)}), self._event(2, "together")]}
        return [
            Step(ENTITY_PATH, self._identify(1, first), "a person with an address"),
            *self.repetition("once"),
            *self.repetition("twice"),
            Step(BATCH_PATH, order, "two values of one attribute in one request: the second should stay"),
            Step(BATCH_PATH, together, "a new person and their event in one request"),
        ]

    def repetition(self, marked: str = "again") -> list[Step]:
        """The first event, under its id."""
        return [Step(ENTITY_PATH, self._event(1, marked), f"the first person's event, {marked}, under one id")]

    @property
    def _seconds(self) -> int:
        return int(self.run.partition("-")[0], 16)

    def _key(self, number: int) -> bytes:
        return hashlib.blake2b(f"{self.run}\n{number}".encode(), digest_size=16).digest()

    def _event(self, number: int, marked: str) -> dict[str, Any]:
        person, key = self.person(number), self._key(number)
        return event_operation(self.by, person, self.event, key, self._seconds, {ATTRIBUTE: marked})

    def _identify(self, number: int, attributes: Mapping[str, str]) -> dict[str, Any]:
        # An address that names the person is no attribute to set.
        kept = {name: value for name, value in attributes.items() if name != self.by}
        return person_part(self.by, self.person(number)) | {"action": "identify", "attributes": kept}


def new_run(now: float) -> str:
    """A name for a trial that begins now (Unix seconds); its events have this time."""
    return f"{int(now):x}-{secrets.token_hex(3)}"


def answers(trial: Trial, seen: Observed) -> list[Answer]:
    """What the whole trial found out."""
    return [
        _shown_in_activities(trial, seen),
        _shown_in_messages(trial, seen),
        _once(trial, seen),
        _in_order(seen),
        _sees_identify(trial, seen),
        _signed(seen),
        _delay(trial, seen),
    ]


def remembered(trial: Trial, seen: Observed, now: float) -> Answer:
    """What sending the first event once more, so much later, found out."""
    age = length_text(max(now - int(trial.run.partition("-")[0], 16), 1))
    question = f"Is an id still known after {age}?"
    number = _number_of(trial, seen)
    if number == 0:
        return Answer(question, "unknown", "the first event is not in the list of activities (30 days, 100 newest)")
    return Answer(question, "yes" if number == 1 else "no", f"it is there {plural(number, 'time')}")


def _number_of(trial: Trial, seen: Observed) -> int:
    return sum(person == trial.person(1) for _, person in seen.arrivals or ())


def _shown_in_activities(trial: Trial, seen: Observed) -> Answer:
    question = "Do activities show the id that we gave an event?"
    ids = [id_ for id_, person in seen.arrivals or () if person == trial.person(1)]
    if not ids:
        return Answer(question, "unknown", "the event did not arrive in time")
    return Answer(question, "yes" if trial.ulid(1) in ids else "no", f"shown: {ids[0]}; ours: {trial.ulid(1)}")


def _messages_of(trial: Trial, seen: Observed, number: int) -> list[Message]:
    return [one for one in seen.messages or () if one.person == trial.person(number)]


def _no_message(seen: Observed) -> str:
    return "no campaign was named" if seen.messages is None else "the campaign made no message in time"


def _shown_in_messages(trial: Trial, seen: Observed) -> Answer:
    question = "Is trigger_event_id the id that we gave the event?"
    found = _messages_of(trial, seen, 1)
    if not found:
        return Answer(question, "unknown", _no_message(seen))
    shown = found[0].trigger_event_id
    return Answer(question, "yes" if shown == trial.ulid(1) else "no", f"shown: {shown}; ours: {trial.ulid(1)}")


def _once(trial: Trial, seen: Observed) -> Answer:
    question = "Is an event that comes twice under one id taken in once?"
    number = _number_of(trial, seen)
    if number == 0:
        return Answer(question, "unknown", "it did not arrive in time")
    later = f"; how long it is known: `route try --repeat {trial.run}` tomorrow"
    return Answer(question, "yes" if number == 1 else "no", f"it is there {plural(number, 'time')}{later}")


def _in_order(seen: Observed) -> Answer:
    question = "Is a request of many operations applied in their order?"
    if seen.attribute not in ("first", "second"):
        return Answer(question, "unknown", "the attribute was not there in time")
    return Answer(question, "yes" if seen.attribute == "second" else "no", f"the {seen.attribute} value stayed")


def _sees_identify(trial: Trial, seen: Observed) -> Answer:
    question = "Does an event see who its person is, said before it in the same request?"
    found = _messages_of(trial, seen, 2)
    if found:
        failed = found[0].failed
        return Answer(
            question, "no" if failed else "yes", "the message failed" if failed else "the message has an address"
        )
    if _messages_of(trial, seen, 1):
        return Answer(question, "no", "the person with an address before got a message, and the new one none")
    return Answer(question, "unknown", _no_message(seen))


def _signed(seen: Observed) -> Answer:
    question = "Are reports of other channels than e-mail signed?"
    others = {channel: number for channel, number in seen.channels.items() if channel != "email"}
    if not others:
        return Answer(question, "unknown", "no such report was authentic so far; unsigned ones are counted by /metrics")
    return Answer(question, "yes", ", ".join(f"{channel}: {number}" for channel, number in sorted(others.items())))


def _delay(trial: Trial, seen: Observed) -> Answer:
    question = "Does a message follow within a minute of the answer 200?"
    found = _messages_of(trial, seen, 1)
    if not found:
        return Answer(question, "unknown", _no_message(seen))
    seconds = found[0].created - seen.accepted_at
    # Customer.io writes whole seconds.
    return Answer(question, "yes" if seconds < 60 else "no", f"it was made {length_text(max(seconds, 0))} after it")
