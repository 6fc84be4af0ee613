"""Shares as every page writes them: `34 %`, `under 1 %`; the sign never stands on a line of its own."""

from __future__ import annotations

import re

from campaign_health.words.wording import share_words

_SPACE_BEFORE_PERCENT = re.compile(r"(?<=\d) %")
_NO_BREAK = "\u00a0"


def share_text(share: float) -> str:
    """A share from 0 to 1 as a percentage."""
    return unbroken(share_words(share))


def unbroken(text: str) -> str:
    """The text with its percentages kept on one line."""
    return _SPACE_BEFORE_PERCENT.sub(f"{_NO_BREAK}%", text)
