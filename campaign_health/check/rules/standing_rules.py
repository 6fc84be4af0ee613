"""Where each trigger event stands: sent, a constant, only named, in files that are not read, or nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from campaign_health.check.code.change.code_change import CodeChange
from campaign_health.check.code.change.only_named import constants_named_before
from campaign_health.check.code.change.other_text import TextPlace
from campaign_health.check.code.files.occurrences import NamesInCode, Occurrence
from campaign_health.check.code.sending.senders import Senders
from campaign_health.check.code.syntax.roles import naming
from campaign_health.check.event_standing import EventStanding, Kind
from campaign_health.check.git_tree import readable
from campaign_health.check.labels import at


def standings(change: CodeChange, events: Iterable[str], code: NamesInCode) -> list[EventStanding]:
    """Each event's standing, in the order given; files that are not read are looked at only for what is not seen."""
    wanted = list(events)
    found = {event: _in_code(change, event, code) for event in wanted}
    unseen = [event for event, standing in found.items() if standing is None or not standing.seen]
    elsewhere = change.others.at_head(unseen) if unseen and change.others else {}
    result = []
    for event in wanted:
        standing = found[event]
        if (standing is None or not standing.seen) and (places := elsewhere.get(event)):
            other = _elsewhere(event, places)
            # What could be code tells more than a type; a word in the docs does not.
            standing = other if standing is None or places[0].may_send else standing
        result.append(standing or EventStanding(event, "nowhere"))
    return result


def _in_code(change: CodeChange, event: str, code: NamesInCode) -> EventStanding | None:
    senders = change.head_senders
    at_head = _standing(event, code.places_at_head(event, senders.files_with_calls_of(event)), senders)
    if (at_head is not None and at_head.seen) or change.base_senders is None:
        return at_head
    before = _standing(event, iter(code.base.get(event, ())), change.base_senders)
    if before is None or (at_head is not None and not before.seen):
        return at_head
    return EventStanding(event, before.kind, before.places, before.naming, at_base=True)


def _standing(event: str, places: Iterator[Occurrence], senders: Senders) -> EventStanding | None:
    """The standing that tells most: sent before a constant before a string before a name that sends nothing."""
    held: dict[Kind, EventStanding] = {}
    for place in places:
        where = (at(readable(place.path), place.line),)
        if senders.sends(place):
            return EventStanding(event, "sent", where)
        names = () if place.file.is_catalogue else constants_named_before(place.file.source.content, place.start)
        use = next((use for name in sorted(names) if (use := senders.use(name.decode()))), None)
        if use is not None:
            return EventStanding(event, "sent", (at(readable(use.file.path), use.line), *where))
        said = None if place.file.is_catalogue else naming(place.file.source, place.start)
        kind: Kind = "only_named" if said else "constant" if names or place.file.is_catalogue else "string"
        known = held.get(kind)
        held[kind] = EventStanding(
            event, kind, (*known.places, *where) if known else where, known.naming if known else said
        )
    return held.get("constant") or held.get("string") or held.get("only_named")


def _elsewhere(event: str, places: list[TextPlace]) -> EventStanding:
    first = places[0]
    alike = [place for place in places if place.skipped == first.skipped]
    kind: Kind = "skipped_folder" if first.skipped else "unread_file"
    return EventStanding(event, kind, tuple(at(readable(place.path), place.line) for place in alike))
