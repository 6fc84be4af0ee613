"""What to do about each rule's findings, for reports that show it beside them."""

from __future__ import annotations

_KEEP = (
    "Keep the name. If it must change, change the campaign's trigger in Customer.io on the day the code ships, and add "
    "`{from: old, to: new}` to `renames:` in the manifest."
)
_REMOVE = (
    "Keep sending the event, or stop the campaign in Customer.io and set `state: stopped` in the manifest. "
    "If another repository sends it, say so with `sent_from`."
)
_PROPERTY = "Keep the property as it is, or change the campaign's messages in Customer.io first."
_PROPERTY_IN_CODE = (
    "Give the property under the same name and of the same type in every call that sends the event, or change the "
    "campaign's messages in Customer.io first."
)
_CUSTOMERIO = "Make Customer.io and the manifest say the same: mend whichever is wrong."
_MIXPANEL = "Find what stopped or changed the event where it is sent; the morning's digest says since when."

HELP = {
    "event_renamed": _KEEP,
    "event_removed": _REMOVE,
    "event_not_sent": _REMOVE + " A type, a list or a display name of it sends nothing.",
    "event_vanished_in_part": _KEEP + " Some of its places still send the old name, others the new one.",
    "event_in_unread_file": "Make sure that the other language sends it; `check` reads only quoted names there.",
    "event_put_together": "Write the name out, so that people and `check` find it, or see that the parts yield it.",
    "rename_differs": "Make the code and the manifest's `renames:` say the same new name.",
    "event_not_in_manifest": (
        "Add the event to `events:`, or use a name that is there. `code.unlisted: note` or `off` asks for less."
    ),
    "trigger_not_seen": (
        "Name the functions that send it in `code.calls`, the folder with `--code`, or say `sent_from` in its entry."
    ),
    "constant_without_use": "Remove the constant with its campaign, or send the event again.",
    "unknown_event": "Correct the event's name in the campaign, or add the event to `events:`.",
    "manifest_event_removed": _REMOVE,
    "manifest_event_renamed": _KEEP,
    "property_removed": _PROPERTY,
    "property_renamed": _PROPERTY,
    "property_type_changed": _PROPERTY,
    "property_newly_required": "Make sure that every place that sends the event sends the property, too.",
    "property_gone_in_code": _PROPERTY_IN_CODE,
    "property_renamed_in_code": _PROPERTY_IN_CODE,
    "property_type_changed_in_code": _PROPERTY_IN_CODE + " A type that is meant to be new belongs into the manifest.",
    "property_missing_in_new_call": "Give the property in the new call, too, or require it no longer in the manifest.",
    "campaign_not_found": _CUSTOMERIO,
    "trigger_differs": _CUSTOMERIO,
    "campaign_not_in_manifest": "Add the campaign to `campaigns:` with the event that triggers it.",
    "property_not_in_manifest": "Add the property to the event in the manifest, or mend the message's Liquid.",
    "property_may_be_missing": "Require the property in the manifest, or give the message a `default`.",
    "liquid_broken": "Mend the message's Liquid in Customer.io.",
    "state_differs": _CUSTOMERIO,
    "attribute_not_routed": "Add the attribute to the event's `route.attributes`, or take it out of the campaign.",
    "attribute_may_be_missing": (
        "Require the property in the manifest, or give the attribute a `default` in the route or in the message."
    ),
    "mapped_property_not_declared": "Add the property to the event's `properties`, or mend its name in the route.",
    "condition_not_routed": "Add the attribute to the event's `route.attributes`, or mend its name in `when`.",
    "once_on_shared_event": (
        "Give every campaign on the event the same `once`, or leave it to each campaign's own frequency in Customer.io."
    ),
    "experiment_on_shared_event": "Give the campaign an event of its own, or take its `experiment` out.",
    "experiment_not_routed": "Give the event a `route`, or take the `experiment` out: nothing is held back.",
    "relevant_beyond_trigger": (
        "Say at most `71 hours`, or leave it: `campaign-health route recover` reaches the others by a segment."
    ),
    "routed_event_without_campaign": "Mend `to`, or take the `route` out until a campaign needs it.",
    "event_not_seen": _MIXPANEL,
    "event_never_seen": "Check the event's spelling against Mixpanel; case and spaces count.",
    "observed_type_differs": _MIXPANEL,
    "observed_property_missing": _MIXPANEL,
}
_GENERAL = "Mend the code or the manifest, whichever is wrong; a waiver in the manifest gives time until its last day."


def help_of(rule: str) -> str:
    """What to do about a rule's findings, in Markdown."""
    return HELP.get(rule, _GENERAL)
