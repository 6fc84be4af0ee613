"""How it is told what is carried to Customer.io, what waits and what is to be done about it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from campaign_health.words.letter_words import letter_sentence
from campaign_health.words.lists import joined
from campaign_health.words.numbers import count, plural
from campaign_health.words.recovery_words import recover_step

MODE_WORDS = {
    "off": "off",
    "shadow": "shadow: all but the sending is done",
    "live": "live",
}
KIND_WORDS = {
    "everything": "All of it is kept back.",
    "unsendable": "What cannot be sent of it is kept back; all else goes out.",
    "candidate": "Nobody moves this name yet; it is kept back until somebody says what it is.",
}
SOURCE_WORDS = {
    "backend": "Own servers",
    "browser": "Browsers",
    "trusted_browser": "Browsers, taken at their word",
    "mixpanel": "Mixpanel",
    "segment": "Segment",
    "amplitude": "Amplitude",
    "stripe": "Stripe",
    "export": "Mixpanel's export",
}
TOO_LATE = ("too_late", "hold_expired")


def headline_text(held: int, dead: int, waiting: int, breaker: str, holds: int) -> str:
    """What there is to say first: `12 events are kept back, and 4 could not be delivered.`"""
    parts = [f"{plural(dead, 'event')} could not be delivered"] if dead else []
    if held:
        parts.append(f"{plural(held, 'event is', 'events are')} kept back")
    elif holds:
        parts.append(f"{plural(holds, 'name is', 'names are')} kept back, and nothing of it has come yet")
    if breaker == "open":
        parts.insert(0, f"Customer.io takes nothing just now: {plural(waiting, 'event waits', 'events wait')}")
    elif breaker == "half_open":
        parts.insert(0, "Customer.io is being tried again after a failure")
    if parts:
        return f"{joined(parts)}."
    waits = f", or waits for its turn ({count(waiting)})" if waiting else ""
    return f"Everything that came in was delivered{waits}."


def strip_text(mode: str, waiting: int, held: int, dead_today: int, delayed: int = 0) -> str:
    """One event of a campaign: `Moved: live · 3 wait · 12 kept back · 4 could not be delivered today`, and where an
    experiment delays some, `· 9 until the daily hour`.
    """
    until = f" · {count(delayed)} until the daily hour" if delayed else ""
    return (
        f"Moved: {mode} · {count(waiting)} {'waits' if waiting == 1 else 'wait'} · {count(held)} kept back · "
        f"{count(dead_today)} could not be delivered today{until}"
    )


def release_command(event: str, workspace: str | None) -> str:
    """The command that lets go what is kept back of an event; it shows first what would become of it."""
    return route_command("route release", event, workspace)


def replay_command(event: str, reason: str, workspace: str | None) -> str:
    """The command that sends the letters of a group again."""
    # What Customer.io said is shown without people, and so it may not be what the letters have.
    of_reason = [] if reason.startswith("refused:") else [f"--reason={reason}"]
    return route_command("route replay", f"--event={event}", workspace, *of_reason)


def letter_step(event: str, reason: str, mended_by: str | None, workspace: str | None) -> str:
    """What is to be done about a group of letters."""
    if reason in TOO_LATE:
        return f"Look who missed a message: {recover_step(event)}."
    again = f"`{replay_command(event, reason, workspace)}`"
    if mended_by:
        return f"Write `{mended_by}` under the event in the manifest, or mend the event; then {again}."
    return f"Mend what it says; then {again}."


def hold_step(event: str, kind: str, mended_by: str | None, workspace: str | None) -> str:
    """What ends a hold."""
    go = f"`{release_command(event, workspace)}`"
    if kind == "candidate" and mended_by:
        return (
            f"If it is the new name, say so: {go}, or `{mended_by}` in the manifest. It then goes out as the old one."
        )
    if mended_by:
        return (
            f"Write `{mended_by}` under the event in the manifest, or mend the event: what fits then goes out by "
            f"itself. {go} lets it go as it is."
        )
    return f"{go} lets it go; it shows first what would become of it."


def letter_why(reason: str, field: str) -> str:
    """Why a group could not be delivered, as a sentence of its own."""
    text = letter_sentence(reason, field)
    return f"{text[:1].upper()}{text[1:]}."


def source_text(source: str) -> str:
    """Who sends events, for people."""
    return SOURCE_WORDS.get(source, source)


def route_command(what: str, about: str, workspace: str | None, *more: str) -> str:
    """A command of the route about an event or a campaign; the workspace is named where there are several."""
    parts: Sequence[str] = [about, *more, *([f"--workspace={workspace}"] if workspace else [])]
    return f"campaign-health {what} {shlex.join(parts)}"
