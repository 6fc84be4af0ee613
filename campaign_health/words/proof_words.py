"""How a campaign's promptness is told of."""

from __future__ import annotations

from campaign_health.words.numbers import count, plural, share_text

_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def length_text(seconds: float) -> str:
    """`12 seconds`, `5 minutes`, `1.5 hours`, `under a second`: in the largest unit of which there is one."""
    if seconds < 1:
        return "under a second"
    size, unit = next((size, unit) for size, unit in _UNITS if seconds >= size)
    number = seconds / size
    rounded = round(number) if number >= 10 else round(number, 1)
    return f"{rounded:,g} {unit}{'' if rounded == 1 else 's'}"


def rest_text(late: int, not_sent: int, unknown: int) -> str:
    """`5 were late. 2 sent nothing. 3 cannot be told yet, or are of nobody who is known.`"""
    lines = [f"{count(late)} {'was' if late == 1 else 'were'} late."] if late else []
    lines += [f"{count(not_sent)} sent nothing."] if not_sent else []
    lines += [f"{count(unknown)} cannot be told yet, or are of nobody who is known."] if unknown else []
    return " ".join(lines)


def kept_text(campaign: str, promise_seconds: float | None, within: int | None, sent: int, known: int) -> str:
    """`Upgrade offer kept its 5 minutes for 94 % of 118.`"""
    if not known:
        return f"Nothing can be told of {campaign} yet."
    if promise_seconds is None or within is None:
        return f"{campaign} sent a message for {share_text(sent / known)} of {plural(known, 'event')}."
    return f"{campaign} kept its {length_text(promise_seconds)} for {share_text(within / known)} of {count(known)}."
