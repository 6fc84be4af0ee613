"""A draft of a manifest, from what the code sends: it holds as it is, and says what a person must still do."""

from __future__ import annotations

from campaign_health.check.start.code_events import CodeEvents, SentEvent, SentProperty
from campaign_health.manifest.writing import quote

SHOWN_PLACES = 3
MOST_NOT_TOLD = 20
_HEAD = """\
# The campaign-health manifest, drafted from the code. It holds as it is; what only a person knows is still to do:
#   1. campaigns: which of them hang on which event. The code does not show it.
#   2. required: true on each property that an event must always carry.
#   3. Take out the events that nobody needs, and add those that another system sends (sent_from: elsewhere).
# Reference: campaign-health docs manifest
version: 1

# By the exact name in Mixpanel. Places and types are as the code showed them when this was written.
"""
CAMPAIGNS = """
# TO DO: take the `#` away before an entry and put your own in; as many as there are.
campaigns:
#  - name: Welcome series            # as in Customer.io; or id: 17
#    event: {event}
#    owner: "@lifecycle-team"        # who is told
#    uses: []                        # properties of the event that its messages use
"""


def draft_from_code(found: CodeEvents) -> str:
    """The manifest's text. Properties are listed as seen; that one is required is for a person to say."""
    text = _HEAD + ("events:\n" if found.events else "events: {}    # no call was found that sends one\n")
    text += "".join(_event(event) for event in found.events)
    text += _not_told(found)
    text += CAMPAIGNS.format(event=quote(found.events[0].name) if found.events else "trial_started")
    return text + _code(found)


def _event(event: SentEvent) -> str:
    calls = len(event.places)
    more = f" and {calls - SHOWN_PLACES} more" if calls > SHOWN_PLACES else ""
    places = remark(", ".join(event.places[:SHOWN_PLACES])) + more
    if not event.properties:
        hidden = "" if event.visible else "; its properties do not show"
        return f"  {quote(event.name)}: {{}}    # {places}{hidden}\n"
    lines = [f"  {quote(event.name)}:    # {places}", "    properties:"]
    lines += [_property(one, calls) for one in event.properties]
    if event.visible < calls:
        lines.append(f"      # {calls - event.visible} of {calls} calls may carry more: not all of theirs shows.")
    return "\n".join(lines) + "\n"


def _property(one: SentProperty, calls: int) -> str:
    inner = f"type: {quote(one.type)}" if one.type else ""
    seen = "in every call" if one.calls >= calls else f"in {one.calls} of {calls} calls"
    kinds = f"; {' or '.join(one.types)}" if len(one.types) > 1 else ""
    return f"      {quote(one.name)}: {{{inner}}}    # {seen}{kinds}"


def _not_told(found: CodeEvents) -> str:
    if not found.not_told:
        return ""
    number = len(found.not_told)
    lines = [f"# {number} call{'s' * (number != 1)} whose event is put together or handed over while running:"]
    lines += [f"#   {remark(place)}" for place in found.not_told[:MOST_NOT_TOLD]]
    lines += [f"#   … and {number - MOST_NOT_TOLD} more"] * (number > MOST_NOT_TOLD)
    return "\n".join(lines) + "\n"


def _code(found: CodeEvents) -> str:
    text = "\n# How `check --code` reads this repository.\ncode:\n"
    calls = ", ".join(quote(name) for name in found.wrappers)
    text += f"  calls: [{calls}]    # your own functions that send an event\n"
    if found.likely_senders:
        text += "  # These may send, too; add them to `calls` if they do, and write this draft again:\n"
        for one in found.likely_senders[:MOST_NOT_TOLD]:
            shown = remark(", ".join(quote(example) for example in one.examples))
            text += f"  #   {one.name}: {one.calls} call{'s' * (one.calls != 1)}, such as {shown}\n"
    return text


def remark(text: str) -> str:
    """Text that may stand in a comment of one line."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
