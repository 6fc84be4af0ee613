"""Small pieces of HTML for the pages. Everything that comes from outside is escaped here, in one place."""

from __future__ import annotations

import re
from html import escape

from campaign_health.dashboard.look.theme import tone
from campaign_health.words.numbers import unbroken
from campaign_health.words.status_words import status_words
from campaign_health.words.visible import visible

_JOINT = re.compile(r"[._](?=\w)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")
# Bare addresses become links even where every sign is escaped; an invisible sign inside keeps them text.
_ADDRESS = re.compile(r"(?i)https?(?=\\?:)|ftp(?=\\?:)|www(?=\\?\.)")


def shown(text: object) -> str:
    """Text from outside as one line of visible signs, not yet escaped."""
    return visible(text)


def safe(text: object) -> str:
    """Text from outside, safe inside HTML; direction is isolated so that it cannot turn its surroundings around."""
    return f"<bdi>{escape(shown(text))}</bdi>"


def with_code(text: str) -> str:
    """A sentence of ours in which names stand in backticks, as HTML with those names as code."""
    whole = unbroken(escape(shown(text)))
    parts = whole.split("`")
    if len(parts) % 2 == 0:
        return whole
    return "".join(_code(part) if index % 2 else part for index, part in enumerate(parts))


def _code(escaped: str) -> str:
    """A name, or each word of a command, is kept on one line, or where it is too long broken after a dot or an
    underscore.
    """
    words = [_JOINT.sub("\\g<0><wbr>", word) for word in escaped.split(" ")]
    if len(words) == 1:
        return f'<code class="name">{words[0]}</code>'
    return "<code>" + " ".join(f'<span class="name">{word}</span>' for word in words) + "</code>"


def in_markdown(text: object) -> str:
    """Text from outside, safe where Streamlit reads Markdown (labels, toasts, captions)."""
    return _escaped(shown(text))


def said_in_markdown(text: object) -> str:
    """A sentence of ours with commands and names in backticks, for Markdown: those are code, all else is text."""
    parts = shown(text).split("`")
    if len(parts) % 2 == 0:
        return in_markdown(text)
    return "".join(f"`{part}`" if index % 2 and part else _escaped(part) for index, part in enumerate(parts))


def _escaped(text: str) -> str:
    return _ADDRESS.sub("\\g<0>\u2060", _MARKDOWN.sub(r"\\\1", text))


def badge(status: str) -> str:
    """A status as shape and word on its colour: readable without the colour."""
    text, background = tone(status)
    words = status_words(status)
    return (
        f'<span title="{escape(words.meaning)}" style="color:{text};background:{background};'
        f"border-radius:1rem;padding:.1rem .65rem;"
        f'font-size:.85rem;font-weight:600;white-space:nowrap"><span aria-hidden="true">{words.shape}</span> '
        f"{escape(words.label)}</span>"
    )
