"""What is wrong with a message, and what Customer.io said of the ones that failed. Plain text throughout."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from campaign_health.dashboard.parts.campaign.property_words import property_text
from campaign_health.state.campaign_view import Failure
from campaign_health.state.incident import Incident
from campaign_health.words.dates import day_text
from campaign_health.words.numbers import count, plural

FAILURES_SHOWN = 5
_SENDING = {"automatic": "● yes", "draft": "‖ no, queues drafts only", "off": "◻ no, switched off"}
_BLOCKED = {"draft": "Queues drafts and sends nothing", "off": "Is switched off and sends nothing"}


def sending_text(sending_state: object, campaign_state: str) -> str:
    """Whether the message is sent now; in a campaign that does not run none is."""
    if sending_state == "automatic" and campaign_state != "running":
        return f"◻ no, the campaign is {'a draft' if campaign_state == 'draft' else campaign_state}"
    return _SENDING.get(str(sending_state), str(sending_state) if isinstance(sending_state, str) else "not known")


def problem_text(
    message: Mapping[Hashable, Any], campaign_state: str, changes: pd.DataFrame, incident: Incident | None
) -> str:
    """What is known to be wrong with a message (a row of `campaign_messages`); empty where nothing is.

    `changes` are those of its event's properties; they and failing variables count only while an incident is open.
    """
    said = [message["problem"]] if isinstance(message["problem"], str) else []
    if campaign_state == "running" and message["sending_state"] in _BLOCKED:
        said.append(_BLOCKED[str(message["sending_state"])])
    elif (
        campaign_state == "running" and message.get("sent_in_week") == 0 and (message.get("sent_week_before") or 0) > 0
    ):
        said.append(f"Nothing sent in a week, {count(message['sent_week_before'])} in the week before")
    if incident is not None:
        used = [*message["required_variables"], *message["optional_variables"]]
        changed = {name: text for name in used if (text := _changed(name, changes))}
        said += changed.values()
        said += [f"Fails on {name}" for name in used if name in _failing(incident) and name not in changed]
    return "; ".join(dict.fromkeys(said))


def failure_text(failures: Sequence[Failure], days: pd.DataFrame, incident: Incident | None, today: date) -> str:
    """How many messages failed since the open incident began, and what Customer.io said of them; else nothing.

    Every campaign has a few failures: without an incident, or where none was read since, they explain nothing.
    """
    if incident is None:
        return ""
    failed = days.loc[pd.to_datetime(days["day"]) >= pd.Timestamp(incident.opened_on), "failed"].sum()
    recent = [one.text for one in failures if one.last_read.date() > incident.opened_on][:FAILURES_SHOWN]
    if not recent or not failed:
        return ""
    since = day_text(incident.opened_on, today)
    reasons = "; ".join(f"“{text}”" for text in recent)
    return f"{plural(failed, 'message')} failed since {since}. Customer.io says: {reasons}"


def _changed(variable: str, changes: pd.DataFrame) -> str:
    if not variable.startswith("event."):
        return ""
    name = variable.removeprefix("event.")
    for row in changes.to_dict("records"):
        # `event.plan.name` is a part of the property `plan`.
        if row["kind"] != "appeared" and row["property"] in (name, name.split(".")[0]):
            return property_text(row)
    return ""


def _failing(incident: Incident) -> set[str]:
    return {str(name) for cause in incident.causes for name in (cause.get("facts") or {}).get("variables") or ()}
