"""Looks whether Customer.io's people can be named the way that the route names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from campaign_health.health.finding import Finding, fine, note, wrong
from campaign_health.route.person import PersonBy
from campaign_health.words.numbers import count
from collectors.customerio import CustomerioClient, fetch_campaigns

MOST_CAMPAIGNS, MOST_MESSAGES = 5, 100
SETTING = "CAMPAIGN_HEALTH_ROUTE_PERSON"


def examine_people(client: CustomerioClient, by: PersonBy) -> Iterator[Finding]:
    """Finding on what the people have to whom the newest messages went: an `id`, an `email`, or only one of them.

    Raises:
        CollectorError: Customer.io did not say.
    """
    subject = "Route's people"
    people = [one for one in _newest(client) if one.get("id") or one.get("email")]
    other = "email" if by == "id" else "id"
    lacking = sum(not one.get(by) for one in people)
    if not people:
        yield note(subject, f"No message tells whether people have an `{by}`.", f"Check that {SETTING} is right.")
    elif lacking > len(people) / 2:
        yield wrong(
            subject,
            f"Of {count(len(people))} people who got the newest messages, {count(lacking)} have no `{by}`: "
            "events would make new people, who get nothing.",
            f"Set {SETTING}={other}.",
        )
    elif lacking:
        yield note(
            subject,
            f"Of {count(len(people))} people who got the newest messages, {count(lacking)} have no `{by}`.",
            f"Events of theirs make new people. Give everybody an `{by}`, or have a workspace of one kind only.",
        )
    elif by == "id" and sum("@" in str(one.get("id")) for one in people) > len(people) / 2:
        yield note(
            subject,
            "The `id` of most people is an e-mail address.",
            "Events must name them the same: put the address in `person.id`, written the same way.",
        )
    else:
        yield fine(subject, f"All of {count(len(people))} people who got the newest messages have an `{by}`.")


def _newest(client: CustomerioClient) -> Iterator[Mapping[str, Any]]:
    ran = [one.campaign_id for one in fetch_campaigns(client).campaigns if one.first_started is not None]
    for campaign_id in ran[-MOST_CAMPAIGNS:]:
        path = f"/campaigns/{campaign_id}/messages"
        read = client.reader(path)
        body = read.mapping(client.get_json(path, {"limit": MOST_MESSAGES}), "body")
        for place, entry in enumerate(read.sequence(body.get("messages") or [], "messages")):
            field = f"messages[{place}]"
            yield read.mapping(read.mapping(entry, field).get("customer_identifiers") or {}, field)
