"""A cohort's manual segment in Customer.io: found or made, filled and emptied in blocks, and read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaign_health.errors import CouldNotStart
from campaign_health.route.person import PersonBy
from campaign_health.route.recovery.unnamed import unnamed
from campaign_health.words.numbers import plural
from campaign_health.words.visible import visible
from collectors.customerio import CustomerioClient
from collectors.http.client import HttpClient
from storage.outbox.cohorts.cohort_list import Cohort

BLOCK = 1000
MOST_MEMBERS = 30_000
SERVICES = {"mixpanel": "Mixpanel", "amplitude": "Amplitude", "derived": "campaign-health"}


def segment_name(cohort: Cohort) -> str:
    """`Cohort: Power users (Mixpanel)`."""
    return f"Cohort: {visible(cohort.name, 120)} ({SERVICES[cohort.source]})"


def description_of(cohort: Cohort) -> str:
    """Tells the marketer whose it is, and us that it is ours."""
    of = f"{SERVICES[cohort.source]}'s cohort {visible(cohort.cohort, 120)}"
    return f"Kept equal to {of}; whoever is put into it by hand is taken out again."


@dataclass(frozen=True)
class CohortSegments:
    """Customer.io's two APIs for one workspace, whose people are known `by` id or e-mail address.

    All raise CollectorError where Customer.io did not answer, or not as it says it does.
    """

    app: CustomerioClient
    track: HttpClient
    by: PersonBy

    def begun(self, cohort: Cohort) -> int:
        """The segment of the cohort: one that was made for it before, else a new one."""
        for number, found in self._listed():
            if found.get("type") == "manual" and found.get("description") == description_of(cohort):
                return number
        read = self.app.reader("/segments")
        asked = {"segment": {"name": segment_name(cohort), "description": description_of(cohort)}}
        body = read.mapping(self.app.ask_json("/segments", asked, repeatable=False), "body")
        return read.identifier(read.mapping(body.get("segment"), "segment").get("id"), "segment.id")

    def refuse_unfillable(self, segment_id: int) -> None:
        """Raises CouldNotStart where there is no such segment, or one that fills itself by its conditions."""
        found = next((segment for number, segment in self._listed() if number == segment_id), None)
        if found is None:
            raise CouldNotStart(f"Customer.io has no segment {segment_id}.", "Name another one with --segment.")
        if found.get("type") != "manual":
            raise CouldNotStart(
                f"Segment {segment_id} fills itself by its conditions, and nobody can be put into it.",
                "Name a manual segment with --segment.",
            )

    def count(self, segment_id: int) -> int:
        """How many people are in it."""
        path = f"/segments/{segment_id}/customer_count"
        read = self.app.reader(path)
        return read.count(read.mapping(self.app.get_json(path), "body").get("count"), "count")

    def add(self, segment_id: int, people: Sequence[str]) -> tuple[str, ...]:
        """Put at most a thousand people into it, all of them: whom Customer.io does not know it passes over without a
        word.
        """
        self._change(segment_id, "add_customers" + ("?id_type=email" if self.by == "email" else ""), people)
        return ()

    def remove(self, segment_id: int, ids: Sequence[str]) -> None:
        """Take at most a thousand people out of it, who have to be named by their ids."""
        self._change(segment_id, "remove_customers", ids)

    def members(self, segment_id: int) -> Iterator[tuple[str, str | None]]:
        """Who is in it, as the workspace knows people, each with the id."""
        path = f"/segments/{segment_id}/membership"
        read = self.app.reader(path)
        for page in self.app.pages(path, "identifiers", {"limit": MOST_MEMBERS}):
            for place, entry in enumerate(page):
                found = read.mapping(entry, f"identifiers[{place}]")
                person, known_by = found.get(self.by), found.get("id")
                if isinstance(person, str) and person:
                    named = person.lower() if self.by == "email" else person
                    yield named, known_by if isinstance(known_by, str) and known_by else None

    def _listed(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        read = self.app.reader("/segments")
        body = read.mapping(self.app.get_json("/segments"), "body")
        for place, entry in enumerate(read.sequence(body.get("segments"), "segments")):
            found = read.mapping(entry, f"segments[{place}]")
            yield read.identifier(found.get("id"), f"segments[{place}].id"), found

    def _change(self, segment_id: int, what: str, people: Sequence[str]) -> None:
        with unnamed(people):
            self.track.ask_json(f"/api/v1/segments/{segment_id}/{what}", {"ids": list(people)}, repeatable=True)


class Remover:
    """Takes people out of one segment, for which Customer.io wants their ids; they are looked up once where people are
    known by their addresses.
    """

    def __init__(self, segments: CohortSegments, segment_id: int) -> None:
        self._segments, self._segment_id = segments, segment_id
        self._ids: dict[str, str | None] | None = None
        self._without = 0

    @property
    def trouble(self) -> str:
        """What is to be said of those who have no id; empty where all have."""
        if not self._without:
            return ""
        who = plural(self._without, "person", "people")
        return f"{who} without an id in Customer.io can be taken out of the segment by hand only"

    def remove(self, people: Sequence[str]) -> list[str]:
        """Take at most a thousand of them out; whoever is not in it needs nothing. Gives those who have no id."""
        if self._segments.by == "id":
            self._segments.remove(self._segment_id, people)
            return []
        if self._ids is None:
            self._ids = dict(self._segments.members(self._segment_id))
        known = [found for one in people if (found := self._ids.get(one)) is not None]
        stuck = [one for one in people if one in self._ids and self._ids[one] is None]
        self._without += len(stuck)
        if known:
            self._segments.remove(self._segment_id, known)
        return stuck
