"""Messages as Markdown in which no name is anything but text: no link, image, comment, tag, mention or reference."""

from __future__ import annotations

import re

from campaign_health.check.reports.plain import printable

# A message is written with `code` and *names*; whatever else looks like Markdown came with a name.
_MARKED = re.compile(r"`([^`]+)`|\*([^*`]+)\*")
_SIGNS = re.compile(r"([\\`*_\[\]!~|$])")
# GitHub and GitLab look for these in the text that was rendered, where no backslash stands any more.
_CALLS = re.compile(
    r"(?:(?<=[@#!$%&~])(?=\w))|(?<=@)(?=\[)|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=\bGH)(?=-\d)", re.IGNORECASE
)
_APART = "\N{ZERO WIDTH SPACE}"


def inline(message: str) -> str:
    """One line of Markdown that shows a message: its code and its names as such, all else as it is written."""
    text = " ".join(printable(message).split())
    shown, end = [], 0
    for match in _MARKED.finditer(text):
        shown.append(escaped(text[end : match.start()]))
        shown.append(code(match[1]) if match[1] is not None else f"*{escaped(match[2])}*")
        end = match.end()
    return "".join([*shown, escaped(text[end:])])


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    text = _SIGNS.sub(r"\\\1", _CALLS.sub(_APART, text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str) -> str:
    """A code span that ends where `text` ends, whatever stands in it."""
    text = " ".join(printable(text).split())
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    room = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{room}{text}{room}{fence}"
