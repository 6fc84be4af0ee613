"""The text between a string's quotes, in the languages that have quotes of their own (`Language.own_quotes`)."""

from __future__ import annotations

import re

from tree_sitter import Node

from campaign_health.check.code.syntax.languages import CSHARP, DART, PHP, SCALA, Language

_HOLES = frozenset({"interpolation", "template_substitution", "variable_name", "dynamic_variable_name"})
_QUOTED = re.compile(
    r"(?P<mark>[@$A-Za-z]{0,6}(?P<hashes>#*))(?P<quote>\"{3,}|'{3}|[\"'])(?P<text>.*)(?P=quote)#*", re.DOTALL
)
_HEREDOC = re.compile(r"<<<[ \t]*[\"']?(\w+)[\"']?\r?\n(.*?)\r?\n?([ \t]*)\1", re.DOTALL)
_SIGIL = re.compile(r"~([sS])(?:\"{3}|[^\w\s])(.*?)(?:\"{3}|[^\w\s])\w*", re.DOTALL)
_NEXT_TO = re.compile(r"(?:'''|\"\"\"|'|\")\s+r?(?:'''|\"\"\"|'|\")")
_SINGLE = re.compile(r"\\(['\\])")


def quoted_text(node: Node, text: str, language: Language) -> tuple[str, bool] | None:
    """What stands between the quotes, and whether escapes in it are still to be read; None for one with holes."""
    if _has_hole(node) or (language is DART and len(node.children) > 2 and _NEXT_TO.search(text)):
        return _neighbours(node, text) if language is DART and not _has_hole(node) else None
    if node.type in ("heredoc", "nowdoc"):
        found = _HEREDOC.fullmatch(text)
        if found is None:
            return None
        indent = found[3]
        lines = [line.removeprefix(indent) for line in found[2].splitlines()]
        return "\n".join(lines), node.type == "heredoc"
    if node.type == "sigil":
        sigil = _SIGIL.fullmatch(text)
        return (sigil[2], sigil[1] == "s") if sigil else None
    quoted = _QUOTED.fullmatch(text.strip())
    if quoted is None or (node.type == "preproc_arg" and quoted["quote"] in quoted["text"].replace("\\" + '"', "")):
        return None
    mark, inner = quoted["mark"].lower(), quoted["text"]
    if language is PHP and quoted["quote"] == "'":
        return _SINGLE.sub(r"\1", inner), False
    if language is CSHARP and "@" in mark:
        return inner.replace('""', '"'), False
    raw = (
        node.type in language.raw
        or (language is DART and mark == "r")
        or (language is SCALA and (len(quoted["quote"]) > 2 or mark == "raw"))
    )
    return inner, not raw


def _has_hole(node: Node) -> bool:
    return any(child.type in _HOLES or (child.child_count and _has_hole(child)) for child in node.children)


def _neighbours(node: Node, text: str) -> tuple[str, bool] | None:
    """Dart joins literals that stand next to each other; only plain ones are read so."""
    parts = re.findall(r"'([^'\\]*)'|\"([^\"\\]*)\"", text)
    rest = re.sub(r"'[^'\\]*'|\"[^\"\\]*\"", "", text)
    return None if rest.strip() else ("".join(one or other for one, other in parts), False)
