"""Messages without Markdown, for places that show text as it is."""

from __future__ import annotations

import re

from campaign_health.check.findings import CheckResult

TITLE = {"holds": "The manifest holds", "violated": "A campaign would break", "could_not_check": "Could not check"}


def plain(message: str) -> str:
    """A message without backticks and asterisks, beginning with a capital unless a name comes first."""
    text = re.sub(r"`([^`]*)`", r"\1", sentence(message))
    return printable(re.sub(r"\*([^*]+)\*", r"“\1”", text))


def sentence(message: str) -> str:
    """A message beginning with a capital unless a name comes first."""
    message = printable(message)
    return message[:1].upper() + message[1:]


def printable(text: str) -> str:
    """Text without control characters, which a hostile name could bring."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "\N{REPLACEMENT CHARACTER}", text)


def summary(result: CheckResult) -> str:
    """`A campaign would break: 2 violations, 1 note.`"""
    if result.manifest_unreadable:
        more = f" ({len(result.failures)} mistakes)" if len(result.failures) > 1 else ""
        return f"{TITLE[result.outcome]}: the manifest cannot be read{more}."
    violations = len(result.violations)
    notes = len(result.findings) - violations
    counts = [
        f"{number} {word}{'' if number == 1 else 's'}"
        for number, word in ((violations, "violation"), (notes, "note"), (len(result.failures), "failed look-up"))
        if number
    ]
    return TITLE[result.outcome] + (f": {', '.join(counts)}." if counts else ".")
