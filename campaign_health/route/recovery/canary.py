"""Whether the first few people got the message, before anything goes to the others: pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CANARY = 10
"""How many are first."""
ENOUGH = 0.8
"""The share of them who must have got it: somebody may have unsubscribed within the hour, or have a full mailbox."""
MOST_FAILED = 0.1

Verdict = Literal["go on", "stop", "wait"]


@dataclass(frozen=True)
class SeenOfCanary:
    """What was seen so far: how many of the first few were sent the message, and of how many it failed."""

    asked: int
    sent: int
    failed: int


def canary_verdict(seen: SeenOfCanary, *, is_over: bool) -> Verdict:
    """Whether the others are next: enough were sent it and hardly any failed; `is_over`: there is no time to wait."""
    if seen.failed > max(1.0, MOST_FAILED * seen.asked):
        return "stop"
    if seen.sent >= ENOUGH * seen.asked:
        return "go on"
    return "stop" if is_over else "wait"


def why_stopped(seen: SeenOfCanary) -> str:
    """`of the first 10 people, 2 were sent the message and it failed for 3`."""
    failed = f" and it failed for {seen.failed}" if seen.failed else ""
    who = "nobody was" if not seen.sent else "1 was" if seen.sent == 1 else f"{seen.sent} were"
    return f"of the first {seen.asked} people, {who} sent the message{failed}"
