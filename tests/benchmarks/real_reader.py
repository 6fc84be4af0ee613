"""A simple reader of which events code sends, independent of the one in `check`: patterns over calls, no grammar.

It takes the text of a call's event argument: quoted names in it are sent; a constant or a member of an enum is looked
up among all `NAME = "value"` of the code. What it gets wrong was reviewed by hand (`real_reviewed.yaml`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.real_packages import Sends

_CODE = (".py", ".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs")
_STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)"""
_PYTHON = re.compile(r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|#[^\n]*|' + _STRING)
_SCRIPT = re.compile(r"/\*[\s\S]*?\*/|(?<![:\\])//[^\n]*|" + _STRING)
_QUOTED = re.compile(_STRING)
_CONSTANT = re.compile(
    r"""(?mx)^[ \t]*(?:(?:export|const|static|readonly|public|private|final|var|let)\s+)*
    (?:\w+\[["'](?P<member>\w+)["']\]|(?P<name>\w+))\s*(?::\s*\w+\s*)?[=:]\s*(?P<value>"""
    + _STRING
    + ")"
)
_HOLDER = re.compile(r"[A-Za-z_$][\w$.]*")
_LEFT_OUT = re.compile(
    r"(^|/)(tests?|__tests?__|__mocks__|test_utils|testutils|examples?|docs|static/dist|vendor)(/|$)"
)
_TEST = re.compile(r"(\.|_)(test|spec|stories)\.\w+$|(^|/)test_[^/]*$")


@dataclass(frozen=True)
class Sent:
    """One event in one call: where the call and the name begin and end in the file's text."""

    event: str
    path: str
    function: str
    begin: int
    end: int
    name_at: int
    constant: str | None

    @property
    def is_literal(self) -> bool:
        """Whether the call has the name itself."""
        return self.constant is None


def read_code(folder: Path) -> dict[str, str]:
    """The product's code files by their path, with blanks in place of comments."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).as_posix()
        if inside.startswith(".git/") or not path.is_file() or path.suffix not in _CODE:
            continue
        if _LEFT_OUT.search(inside) or _TEST.search(inside) or inside.endswith(".d.ts"):
            continue
        found[inside] = path.read_bytes().decode("utf-8", "replace")
    return found


def sent_events(code: Mapping[str, str], calls: Mapping[str, Sends]) -> list[Sent]:
    """Every event that a call of one of the functions has."""
    function = re.compile(rf"(?<![\w$])({'|'.join(map(re.escape, calls))})\)?(?:<[^<>()]*>)?\s*\(")
    with_calls = {path: text for path, text in code.items() if function.search(text)}
    constants = _constants(code)
    found = []
    for path, raw in with_calls.items():
        text = without_comments(raw, path)
        for match in function.finditer(text):
            before = text[max(0, match.start() - 12) : match.start()]
            if re.search(r"(def|function|class)\s+$", before):
                continue
            end = _closing(text, match.end() - 1)
            for name, at, constant in _events(text, match.end(), end - 1, calls[match[1]], constants):
                begin = match.start()
                found.append(Sent(name, path, match[1], begin, end, at, constant))
    return found


def without_comments(text: str, path: str) -> str:
    """The text with blanks for comments; every offset stays."""

    def blank(match: re.Match[str]) -> str:
        part = match[0]
        kept = part[0] in "\"'`" and not part.startswith(('"""', "'''"))
        return part if kept else re.sub(r"[^\n]", " ", part)

    return (_PYTHON if path.endswith(".py") else _SCRIPT).sub(blank, text)


def _constants(code: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for text in code.values():
        for match in _CONSTANT.finditer(text):
            name = match["member"] or match["name"]
            if any(letter.isupper() for letter in name) and "${" not in match["value"]:
                found[name].append(match["value"][1:-1])
    return found


def _closing(text: str, opening: int) -> int:
    """The offset behind the bracket that closes the one at `opening`."""
    depth, at = 0, opening
    while at < len(text):
        string = _QUOTED.match(text, at)
        if string:
            at = string.end()
            continue
        depth += (text[at] in "([{") - (text[at] in ")]}")
        at += 1
        if depth == 0:
            return at
    return len(text)


def parts_of(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The arguments between two offsets, by the commas outside of brackets and strings."""
    at = start = begin
    while at < end:
        string = _QUOTED.match(text, at)
        if string:
            at = string.end()
        elif text[at] in "([{":
            at = _closing(text, at)
        elif text[at] == ",":
            yield start, at
            at = start = at + 1
        else:
            at += 1
    if text[start:end].strip():
        yield start, end


def _events(
    text: str, begin: int, end: int, sends: Sends, constants: Mapping[str, list[str]]
) -> Iterator[tuple[str, int, str | None]]:
    plain = []
    for start, stop in parts_of(text, begin, end):
        label = re.match(r"\s*(\w+)\s*(?:=(?!=)|:)", text[start:stop])
        if label and label[1] in sends.labels:
            yield from _values(text, start + label.end(), stop, constants)
            return
        if label is None:
            plain.append((start, stop))
    if len(plain) <= sends.position:
        return
    start, stop = plain[sends.position]
    inner = text[start:stop]
    if sends.labels and inner.strip().startswith("{"):
        opening = start + inner.index("{")
        yield from _events(text, opening + 1, _closing(text, opening) - 1, Sends(99, sends.labels), constants)
    elif not inner.strip().startswith("{"):
        yield from _values(text, start, stop, constants)


def _values(
    text: str, begin: int, end: int, constants: Mapping[str, list[str]]
) -> Iterator[tuple[str, int, str | None]]:
    """The names in an argument: quoted ones (those of a condition left out), else a constant's."""
    part = text[begin:end]
    chosen = part.find("?") + 1 if "?" in part and ":" in part else 0
    quoted = [match for match in _QUOTED.finditer(part) if match.start() >= chosen]
    if quoted:
        if re.search(r"\b[fF]$", part[: quoted[0].start()]) or "${" in part:
            return
        if not re.search(r"[+(\[]", _QUOTED.sub("", part)):
            for match in quoted:
                yield match[0][1:-1], begin + match.start(), None
        return
    for holder in _HOLDER.finditer(part):
        names = [name for name in holder[0].split(".") if name not in ("value", "name")]
        if names and names[-1] in constants and any(letter.isupper() for letter in names[-1]):
            for value in dict.fromkeys(constants[names[-1]]):
                yield value, begin + holder.start(), names[-1]
