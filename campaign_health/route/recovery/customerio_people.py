"""What Customer.io says of people: who was sent a campaign's message, and who they are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from campaign_health.route.person import PersonBy
from campaign_health.route.recovery.missed import Profile
from campaign_health.route.recovery.unnamed import unnamed
from collectors.customerio import CustomerioClient
from collectors.http.client import Progress

MOST_A_PAGE = 1000
MOST_PEOPLE = 100


def newest_messages(
    client: CustomerioClient,
    campaign_id: int,
    metric: str,
    begin: float,
    end: float,
    by: PersonBy,
    progress: Progress | None = None,
    of: str = "campaigns",
) -> tuple[dict[str, float], int]:
    """When the newest message of a campaign that reached a metric (`sent`, `dropped`) was made, by person; and how many
    messages name nobody, such as those of people who were deleted.

    Of the messages made from the instant `begin` to `end`, in Unix seconds; `of` is campaigns or broadcasts.

    Raises:
        CollectorError: by what went wrong; a message without its time is one of them.
    """
    newest: dict[str, float] = {}
    nobodys = 0
    for _, _, person, made in _messages(client, _path(campaign_id, of), metric, begin, end, by, progress):
        if person is not None:
            newest[person] = max(newest.get(person, 0.0), made)
        else:
            nobodys += 1
    return newest, nobodys


def sends_between(
    client: CustomerioClient, campaign_id: int, begin: float, end: float, by: PersonBy, progress: Progress | None = None
) -> dict[str, tuple[str, float]]:
    """Person and instant (Unix seconds) of each message that a campaign sent, by the message's id.

    Of the messages made from the instant `begin` to `end`; one without a person, such as a forgotten one's, is left
    out, and one that does not say when it was sent counts from when it was made.

    Raises:
        CollectorError: by what went wrong.
    """
    found: dict[str, tuple[str, float]] = {}
    read = client.reader(_path(campaign_id))
    for field, message, person, made in _messages(client, _path(campaign_id), "sent", begin, end, by, progress):
        metrics = message.get("metrics")
        sent = metrics.get("sent") if isinstance(metrics, Mapping) else None
        at = float(sent) if isinstance(sent, int | float) and not isinstance(sent, bool) else made
        if person is not None:
            found[read.text(message.get("id"), f"{field}.id")] = (person, at)
    return found


def _path(number: int, of: str = "campaigns") -> str:
    return f"/{of}/{number}/messages"


def _messages(
    client: CustomerioClient,
    path: str,
    metric: str,
    begin: float,
    end: float,
    by: PersonBy,
    progress: Progress | None,
) -> Iterator[tuple[str, Mapping[str, Any], str | None, float]]:
    """Of each message that reached a metric: its place in the answer, itself, its person, and when it was made."""
    read = client.reader(path)
    asked: dict[str, str | int] = {"metric": metric, "limit": MOST_A_PAGE, "start_ts": int(begin), "end_ts": int(end)}
    number = 0
    for page in client.pages(path, "messages", asked):
        for place, entry in enumerate(page):
            field = f"messages[{place}]"
            message = read.mapping(entry, field)
            person = _person(read.mapping(message.get("customer_identifiers") or {}, field), by)
            yield field, message, person, float(read.count(message.get("created"), f"{field}.created"))
        number += len(page)
        if progress is not None:
            progress(number, None, f"messages that Customer.io calls {metric}")


def profiles_of(
    client: CustomerioClient, people: Sequence[str], by: PersonBy, progress: Progress | None = None
) -> Iterator[tuple[Sequence[str], dict[str, Profile]]]:
    """Who was asked for, and what Customer.io says of those that it has; some at a time.

    Raises:
        CollectorError: by what went wrong.
    """
    several = MOST_PEOPLE if by == "id" else 1
    for start in range(0, len(people), several):
        some = people[start : start + several]
        with unnamed(some):
            found = dict(_by_id(client, some) if by == "id" else _by_address(client, some[0]))
        yield some, found
        if progress is not None:
            progress(start + len(some), len(people), "people asked for in Customer.io")


def _by_id(client: CustomerioClient, ids: Sequence[str]) -> Iterator[tuple[str, Profile]]:
    path = "/customers/attributes"
    read = client.reader(path)
    body = read.mapping(client.ask_json(path, {"ids": list(ids)}, repeatable=True), "body")
    for place, entry in enumerate(read.sequence(body.get("customers"), "customers")):
        field = f"customers[{place}]"
        found = read.mapping(entry, field)
        customer = read.mapping(found.get("customer", found), field)
        identifiers = read.mapping(customer.get("identifiers") or {}, f"{field}.identifiers")
        person = identifiers.get("id") or customer.get("id")
        if isinstance(person, str):
            yield person, _profile(customer)


def _by_address(client: CustomerioClient, address: str) -> Iterator[tuple[str, Profile]]:
    """The search by address tells ids; whether somebody unsubscribed is asked for with them."""
    path = "/customers"
    read = client.reader(path)
    body = read.mapping(client.get_json(path, {"email": address}), "body")
    ids, is_there = [], False
    for place, entry in enumerate(read.sequence(body.get("results"), "results")):
        found = read.mapping(entry, f"results[{place}]")
        ids += [found["id"]] if isinstance(found.get("id"), str) else []
        is_there = True
    profiles = [profile for _, profile in _by_id(client, ids[:MOST_PEOPLE])] if ids else []
    if is_there:
        # Several people may share an address: one of them who unsubscribed, or of whom it is not known, speaks for all.
        said = [one.unsubscribed for one in profiles]
        yield address, Profile(True if True in said else None if None in said or not said else False, has_address=True)


def _profile(customer: Mapping[str, Any]) -> Profile:
    attributes, identifiers = customer.get("attributes"), customer.get("identifiers")
    named = [part.get("email") for part in (attributes, identifiers) if isinstance(part, Mapping)]
    unsubscribed = customer.get("unsubscribed")
    return Profile(unsubscribed if isinstance(unsubscribed, bool) else None, has_address=any(named))


def _person(identifiers: Mapping[str, Any], by: PersonBy) -> str | None:
    found = identifiers.get(by)
    if not isinstance(found, str) or not found:
        return None
    return found.lower() if by == "email" else found
