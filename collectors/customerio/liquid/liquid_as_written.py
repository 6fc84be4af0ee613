"""Liquid as people and editors write it, brought into the form that a parser reads.

Editors escape signs and curl quotes, a brace is forgotten, and Customer.io's own tags carry data in their arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_OPENING = re.compile(r"\{\{|\{%")
_LOCAL_ENDS = re.compile(r"\}|\n|<|$")
_WHOLE_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_OWN_TAG = re.compile(r"\{%(-?)\s*([a-z_]\w*)\s+(.*?)(-?)%\}", re.DOTALL)
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\xa0": " "})
_CURLY = re.compile("[“”„‘’]")
_QUOTES = "\"'“”„‘’"
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_PATH = r"[A-Za-z_][\w-]*(?:\.[\w-]+|\[[^\]]*\])*"
_VALUE = re.compile(rf"(?:{_PATH}|\"[^\"]*\"|'[^']*')\s*(?:\|.*)?", re.DOTALL)
_ARGUMENT = re.compile(r"(?:^|[\s,]+)(?=[A-Za-z_][\w-]*\s*:)")
_NAMED = re.compile(r"[A-Za-z_][\w-]*\s*:\s*")


def as_parsed(text: str, known_tags: frozenset[str]) -> tuple[str, str | None]:
    """The template with the same data in a form that the parser reads, and the first thing that was mended.

    Args:
        text: The template.
        known_tags: The tags whose arguments the parser reads by itself; of others the arguments are put out as data.
    """
    problem: str | None = None

    def note(at: int, what: str) -> None:
        nonlocal problem
        problem = problem or f"line {text.count(chr(10), 0, at) + 1}: {what}"

    parts: list[str] = []
    for at, part in _parts(text):
        tag = _WHOLE_TAG.fullmatch(part)
        if tag is None and _OPENING.match(part):
            closing = "}}" if part.startswith("{{") else "%}"
            note(at, f"expected '{closing}'")
            part = _closed(part, closing)
        if _OPENING.match(part):
            if _CURLY.search(part):
                note(at, "curly quotes are no quotes in Liquid")
            part = unescape(part).translate(_STRAIGHT)
            part = _OWN_TAG.sub(lambda match: _with_data(match, known_tags), part)
        parts.append(part)
    return "".join(parts), problem


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Text and tags in their order, each with where it begins; a tag that another one begins in is cut there."""
    at = 0
    while (opening := _OPENING.search(text, at)) is not None:
        begin = opening.start()
        if begin > at:
            yield at, text[at:begin]
        whole = _WHOLE_TAG.match(text, begin)
        following = _OPENING.search(text, begin + 2)
        end = len(text) if whole is None else whole.end()
        if following is not None and following.start() < end:
            inside = text[begin + 2 : following.start()]
            # Within a text, such as an address with data in it, the tag goes on.
            if whole is None or not (inside.count('"') % 2 or inside.count("'") % 2):
                end = following.start()
        yield begin, text[begin:end]
        at = end
    if at < len(text):
        yield at, text[at:]


def _closed(part: str, closing: str) -> str:
    """A tag without its end, ended where the first of a brace, a line end or markup comes."""
    ending = _LOCAL_ENDS.search(part, 2)
    at = len(part) if ending is None else ending.start()
    if part.count('"', 0, at) % 2 or part.count("'", 0, at) % 2 or len(_CURLY.findall(part, 2, at)) % 2:
        at = min(place for place, sign in enumerate(part) if sign in _QUOTES)
    rest = part[at + 1 :] if part[at : at + 1] == "}" else part[at:]
    return f"{part[:at].rstrip('%')} {closing}{rest}"


def _with_data(match: re.Match[str], known_tags: frozenset[str]) -> str:
    """One of Customer.io's own tags, followed by the data in its arguments: `{% cio_link url:event.x %}`."""
    before, name, written, after = match.groups()
    if name in known_tags:
        return match[0]
    nested = _WHOLE_TAG.findall(written)
    strings: list[str] = []

    def kept(string: re.Match[str]) -> str:
        strings.append(string[0])
        return f'"{len(strings) - 1}"'

    plain = re.sub(r"\|\s*", "|", _STRING.sub(kept, _WHOLE_TAG.sub("", written)))
    values = [_NAMED.sub("", argument.strip(" ,\n\t"), count=1) for argument in _ARGUMENT.split(plain)]
    data = [
        _STRING.sub(lambda string: strings[int(string[0][1:-1])], value) for value in values if _VALUE.fullmatch(value)
    ]
    return f"{{%{before} {name} {after}%}}" + "".join(nested) + "".join(f"{{{{ {value} }}}}" for value in data)
