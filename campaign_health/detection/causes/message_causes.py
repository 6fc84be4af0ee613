"""Causes inside the campaign's messages: failing, drafts or off, and recipients that can't be reached."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.compared import before_text
from campaign_health.detection.causes.edits import edits_near
from campaign_health.detection.causes.links_kept import Chain
from campaign_health.words.dates import day_text
from campaign_health.words.guides import asking
from campaign_health.words.lists import names_in_code
from campaign_health.words.numbers import count, plural, share_text

LEAST_RISE = 0.08  # of the messages made: a smaller rise of a loss explains nothing
LEAST_COUNT = 3  # messages
CREATED_GONE = 0.35  # of the usual messages per journey
NEXT_TO_NOTHING = 0.03  # of them
UNDATED = 0.5  # confidence in a message that is off, where others still go out and nobody saw it switched
_VARIABLE = re.compile(r"[Vv]ariable\s+['\"‘“`]?([A-Za-z_][\w.\[\]-]*)")
_QUOTED = re.compile(r"['\"‘“`]((?:event|customer|trigger|journey)\.[\w.\[\]-]+)")


def message_causes(case: BrokenCampaign, chain: Chain) -> Iterator[Cause]:
    """Failing, draft or off, unreachable: each where its own series says so."""
    for cause in (_failing(case, chain), _held(case, chain), _unreachable(case, chain)):
        if cause is not None:
            yield cause


def variables_named(text: str) -> list[str]:
    """The Liquid variables that a failure message names: `event.plan` of `Variable 'event.plan' is missing`."""
    found = [*_VARIABLE.findall(text), *_QUOTED.findall(text)]
    return list(dict.fromkeys(name for name in found if "." in name or len(found) == 1))


def recent_failures(case: BrokenCampaign) -> list[str]:
    """Failure messages read since the break, those first read since then before the old ones."""
    frame = case.failures
    if frame is None or frame.empty:
        return []
    first = pd.to_datetime(frame["first_read"]).dt.tz_localize(None)
    last = pd.to_datetime(frame["last_read"]).dt.tz_localize(None)
    begin = pd.Timestamp(case.since) - pd.Timedelta(days=1)
    rows = frame.assign(first=first)[last >= begin]
    new = rows[rows["first"] >= begin]
    old = rows[rows["first"] < begin]
    return [str(text) for text in [*new["failure_message"], *old["failure_message"]]]


def _made(chain: Chain) -> str | None:
    """The series that counts what was made, or None where only its parts are known."""
    return "created" if chain.series("created") is not None else None


def loss_rise(chain: Chain, losses: list[str]) -> tuple[float, float, float] | None:
    """Share of messages lost this way before and since, and how many since; over those made, or all parts of them."""
    made = _made(chain)
    if made is not None:
        rate = chain.rate(losses, made)
        if rate is not None:
            return rate[0], rate[1], rate[1] * rate[2]
    parts = [name for name in ("sent", "failed", "undeliverable", "suppressed", "drafted") if chain.series(name)]
    known = [name for name in losses if name in parts]
    if not known or "sent" not in parts:
        return None
    before = sum(series.total_before for name in parts if (series := chain.series(name)))
    since = sum(series.total_since for name in parts if (series := chain.series(name)))
    lost_before = sum(series.total_before for name in known if (series := chain.series(name)))
    lost_since = sum(series.total_since for name in known if (series := chain.series(name)))
    if since <= 0:
        return None
    return lost_before / max(before, 1e-9), lost_since / since, lost_since


def _explained(rise: float, chain: Chain) -> float:
    """Share of the missing sends that this rise makes up, over the messages made."""
    kept = chain.kept("sent", "created")
    if kept is None:
        return 1.0
    rate = chain.rate("sent", "created")
    missing = (rate[0] - rate[1]) if rate else 0.0
    return min(rise / max(missing, 1e-9), 1.0) if missing > 0.02 else 0.0


def _failing(case: BrokenCampaign, chain: Chain) -> Cause | None:
    rate = loss_rise(chain, ["failed"])
    if rate is None or rate[1] - rate[0] < LEAST_RISE or rate[2] < LEAST_COUNT:
        return None
    before, since, failed = rate
    texts = recent_failures(case)
    variables = _failing_variables(case, texts)
    day = day_text(case.since, case.as_of)
    sentence = (
        f"{share_text(since)} of the messages made since {day} failed ({count(failed)}; {before_text(chain, before)})"
    )
    if texts:
        sentence += f'. Customer.io says: "{texts[0]}"'
    sentence += "."
    edited = [edit for edit in edits_near(case) if edit.about_messages]
    if edited:
        sentence += f" The message was changed on {day_text(edited[0].day, case.as_of)}."
    if variables:
        step = (
            f"In Customer.io, open the failing message and give {names_in_code(variables)} a default (such as `{{{{"
            f" {variables[0]} | default: '{_stand_in(variables[0])}' }}}}`) or a condition; or"
            f" {asking(case.owner, 'the engineers')} to have it filled again."
            " Send a test to yourself: it must arrive."
        )
    else:
        step = (
            "In Customer.io, open the campaign's failed deliveries, read the reason of the newest one, mend the message"
            " or the sending service it names, and send a test to yourself. New failures should stop at once."
        )
    facts = {
        "failed_share_before": round(before, 4),
        "failed_share_since": round(since, 4),
        "failed_since": round(failed),
        "failure_messages": texts[:5],
        "variables": variables,
    }
    return Cause("message_failing", 0.9 * _explained(since - before, chain), case.since, sentence, facts, step)


def _failing_variables(case: BrokenCampaign, texts: list[str]) -> list[str]:
    """The variables to mend: of those that failure texts name, the ones whose property changed; else those of the
    texts that are new since the break; else of the newest text.
    """
    named = list(dict.fromkeys(name for text in texts for name in variables_named(text)))
    changed = {change.property for change in case.property_changes if change.event == case.event}
    mended = [name for name in named if name.startswith("event.") and name.split(".")[1] in changed]
    if mended or len(named) < 2:
        return mended or named
    new = [name for text in texts[: _new_failures(case)] for name in variables_named(text)]
    return list(dict.fromkeys(new or variables_named(texts[0])))


def _new_failures(case: BrokenCampaign) -> int:
    """How many of the recent failure texts were first read since the break."""
    frame = case.failures
    if frame is None or frame.empty:
        return 0
    begin = pd.Timestamp(case.since) - pd.Timedelta(days=1)
    return int((pd.to_datetime(frame["first_read"]).dt.tz_localize(None) >= begin).sum())


def _stand_in(variable: str) -> str:
    """Words that a message can show where a variable has no value: `there` for a name, else left to the writer."""
    last = variable.split(".")[-1].lower()
    if "company" in last or "organi" in last:
        return "your company"
    return "there" if "name" in last and "event" not in last else "…"


def sending_states(case: BrokenCampaign) -> dict[str, list[str]]:
    """Names of the campaign's messages by their sending state."""
    frame = case.messages
    if frame is None or frame.empty:
        return {}
    states: dict[str, list[str]] = {}
    for row in frame.itertuples():
        state = str(row.sending_state)
        label = row.name if isinstance(row.name, str) and row.name else f"message {row.message_id}"
        states.setdefault(state, []).append(label)
    return states


def _off_sentence(off: list[str], day: str, left: float | None, what: str, *, dated: bool) -> str:
    """Which messages are off, and what is left of the usual messages per journey (None: not known)."""
    sentence = f"{names_in_code(off)} {'is' if len(off) == 1 else 'are'} switched off: journeys activate as before and "
    if left is None or left < NEXT_TO_NOTHING:
        return f"{sentence}{'next to no' if left else 'no'} message is {what} since {day}."
    sentence += f"{share_text(left)} of the usual messages are {what} since {day}."
    if not dated and left > CREATED_GONE:
        sentence += " When it was switched off is not on record."
    return sentence


def _held(case: BrokenCampaign, chain: Chain) -> Cause | None:
    states = sending_states(case)
    drafts, off = states.get("draft", []), states.get("off", [])
    switched = [
        edit for edit in edits_near(case) if edit.field.endswith("sending_state") and edit.to in ("draft", "off")
    ]
    rate = loss_rise(chain, ["drafted"])
    drafted = rate is not None and rate[1] - rate[0] >= LEAST_RISE and rate[2] >= LEAST_COUNT
    made = chain.kept("created", "activated")
    if made is None:
        made = chain.kept("created", "started")
    nothing_made = made is not None and made <= CREATED_GONE
    some_off = made is not None and made <= 0.9
    sends_lost = chain.kept("sent", "activated")
    day = day_text(switched[0].day if switched else case.since, case.as_of)
    if drafted and rate is not None:
        confidence = (0.96 if drafts or switched else 0.85) * _explained(rate[1] - rate[0], chain)
        which = (
            f"{names_in_code(drafts)} {'has' if len(drafts) == 1 else 'have'} only queued drafts"
            if drafts
            else "Messages have only queued drafts"
        )
        sentence = (
            f"{which} since {day}: {plural(rate[2], 'message')} made, waiting and not sent ({share_text(rate[1])} of"
            f" all made; {before_text(chain, rate[0])})."
        )
        wanted = "Draft"
    elif off and (
        nothing_made
        or (some_off and made is not None)
        or (sends_lost is not None and sends_lost <= 0.5 and made is None)
    ):
        all_off = len(off) == sum(map(len, states.values()))
        dated = any(edit.to == "off" for edit in switched)
        left = made if made is not None else sends_lost
        confidence = 0.95 if nothing_made and all_off else 0.85 if nothing_made or dated else UNDATED
        sentence = _off_sentence(off, day, left, "made" if made is not None else "sent", dated=dated)
        wanted = "Off"
    elif switched:
        confidence = 0.7
        sentence = f"A message was switched to {switched[0].to} on {day}."
        wanted = str(switched[0].to).title()
    else:
        return None
    facts = {
        "draft_messages": drafts,
        "off_messages": off,
        "drafted_since": round(rate[2]) if rate and wanted == "Draft" else None,
        "drafted_share_since": round(rate[1], 4) if rate and wanted == "Draft" else None,
        "messages_made_kept": None if made is None else round(made, 4),
    }
    # Only a message in draft makes messages that wait: one that is off makes none.
    decide = " Decide about the drafts in the queue: send them or delete them." if wanted == "Draft" else ""
    step = (
        f"In Customer.io, open the campaign's workflow and set the message from {wanted} to “Send automatically”."
        f"{decide} The next journey should send."
    )
    return Cause("message_draft_or_off", confidence, switched[0].day if switched else case.since, sentence, facts, step)


def _unreachable(case: BrokenCampaign, chain: Chain) -> Cause | None:
    found: list[tuple[str, tuple[float, float, float]]] = []
    for loss in ("undeliverable", "suppressed"):
        rate = loss_rise(chain, [loss])
        if rate is not None and rate[1] - rate[0] >= LEAST_RISE and rate[2] >= LEAST_COUNT:
            found.append((loss, rate))
    bounced = chain.rate("bounced", "sent") if case.stage in ("delivered", None) else None
    if (
        bounced is not None
        and bounced[1] <= 1
        and bounced[1] - bounced[0] >= LEAST_RISE
        and bounced[1] * bounced[2] >= LEAST_COUNT
    ):
        found.append(("bounced", (bounced[0], bounced[1], bounced[1] * bounced[2])))
    if not found:
        return None
    loss, (before, since, lost) = max(found, key=lambda item: item[1][1] - item[1][0])
    day = day_text(case.since, case.as_of)
    why = {
        "undeliverable": (
            "undeliverable (no address on the profile, a message limit, or delivery switched off for the workspace)"
        ),
        "suppressed": "held back because the recipient is suppressed",
        "bounced": "refused by the receiver (bounced)",
    }[loss]
    sentence = (
        f"{share_text(since)} of the messages made since {day} were {why}: {count(lost)}; {before_text(chain, before)}."
    )
    step = {
        "undeliverable": (
            "In Customer.io, open one undeliverable delivery: does the person have an e-mail address? If not,"
            f" {asking(case.owner, 'the engineers')} why new profiles come without one; if yes, look at the workspace's"
            " message limit and delivery settings."
        ),
        "suppressed": (
            "In Customer.io, open one suppressed delivery and see since when and why the person is suppressed: an"
            " import or a subscription setting may have suppressed many at once."
        ),
        "bounced": (
            "In Customer.io, read the newest bounce reasons; check the sending domain's authentication and reputation."
        ),
    }[loss]
    explained = _explained(since - before, chain) if loss != "bounced" else 0.9
    facts = {
        "loss": loss,
        "share_before": round(before, 4),
        "share_since": round(since, 4),
        "count_since": round(lost),
    }
    return Cause("recipients_unreachable", 0.92 * explained, case.since, sentence, facts, step)
