"""Text from outside (names, failure messages) made fit to be shown: one line of visible signs."""

from __future__ import annotations

import re
import unicodedata

# Controls that turn the direction of text around: a name has no business doing that to what stands beside it.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
# Control signs, line and paragraph ends, and lone surrogates, which no encoding can write.
_UNWRITABLE = ("Cc", "Zl", "Zp", "Cs")
NOTHING = "(no name)"


def visible(text: object, length: int | None = None) -> str:
    """The text as one line without control signs, cut to `length` signs where given; never empty."""
    line = _DIRECTION.sub("", str(text))
    line = "".join(" " if unicodedata.category(sign) in _UNWRITABLE else sign for sign in line)
    line = " ".join(line.split()) or NOTHING
    return line if length is None or len(line) <= length else f"{line[: length - 1]}…"


def visible_lines(text: str) -> str:
    """The text with its lines and spaces as they are, but without signs that move the cursor or turn the direction."""
    kept = _DIRECTION.sub("", text)
    return "".join("\ufffd" if sign != "\n" and unicodedata.category(sign) in _UNWRITABLE else sign for sign in kept)
