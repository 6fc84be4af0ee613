"""Messages without Markdown, for places that show text as it is."""

from __future__ import annotations

import re

from campaign_health.check.findings import CheckResult

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)
_OLD_COMMAND = re.compile(r"##(?=\w*\[)")
_APART = "\N{ZERO WIDTH SPACE}"
TITLE = {"holds": "The manifest holds", "violated": "A campaign would break", "could_not_check": "Could not check"}


def plain(message: str) -> str:
    """A message without backticks and asterisks, beginning with a capital unless a name comes first."""
    # Last, because what begins a line is only known without the signs.
    return printable(re.sub(r"\*([^*]+)\*", r"“\1”", re.sub(r"`([^`]*)`", r"\1", sentence(message))))


def sentence(message: str) -> str:
    """A message beginning with a capital unless a name comes first."""
    message = printable(message)
    return message[:1].upper() + message[1:]


def printable(text: str) -> str:
    """Text without what a hostile name could bring: control characters, and commands to the pipeline that logs it.

    GitHub reads a line that begins with `::`, spaces before it or not, as a command; GitHub and Azure `##[` and
    `##vso[` anywhere in a line, TeamCity `##teamcity[`.
    """
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return _OLD_COMMAND.sub(f"##{_APART}", _COMMAND.sub(rf"\1:{_APART}:", text))


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
