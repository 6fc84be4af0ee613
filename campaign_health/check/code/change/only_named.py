"""Events whose name lives on in the code while nothing sends them any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from campaign_health.check.code.change.code_change import CodeChange
from campaign_health.check.code.files.occurrences import NamesInCode, Occurrence
from campaign_health.check.code.files.snapshot import CodeFile, Snapshot
from campaign_health.check.code.sending.constants import PASSED_ON, constants_in
from campaign_health.check.code.syntax.roles import naming
from campaign_health.check.code.syntax.source import Source

# `NAME = "…`, `NAME: "…`, `NAME: String = "…`, `NAME Type = "…`, `@name "…`, `#define NAME "…`
_NAMED = re.compile(
    rb"([A-Za-z_$][\w$]*)\s*(?::\s*(?:&\s*(?:'\w+\s+)?)?[\w<>?]+\s*=|[ \t]+([A-Za-z_]\w*)\s*=|:?=|:|=>)\s*@?$"
    rb"|(@[a-z_]\w*)[ \t]+$|#define[ \t]+(\w+)[ \t]+@?$"
)
_WORDS_BEFORE = frozenset(b"const let var val final static public private readonly String string export def".split())
_ENTRY = re.compile(rb"(?:^|[{,;])\s*([A-Z]\w*)\s*\($")  # an enum's entry: `NAME("…`
_DECLARED = re.compile(
    rb"\b(?:const|let|var|val|class|enum|object|module|struct|interface|type|static|case|def|#define)\s+(?:\w+\s+)?$"
)
_GIVEN = re.compile(
    rb"[\"'`]?\s*(?:(?::\s*(?:&\s*(?:'\w+\s+)?)?[\w<>?]+\s*)?:?=(?![=>])|(?::|=>)\s*[\"'`{\[:]|:\s*[\w<>?]+\s*=\s*[\"'`])|\s+\w+\s*=\s*\""
)
_GATHERED = re.compile(
    r"Object\.(?:freeze|seal)\b|new Set\b|(?:frozen)?set\(|Set\.new|(?:list|set|array)Of\(|(?:List|Set)\.of"
)
_BRACKET, _BEGINS = re.compile(rb"\([\"']"), re.compile(rb"(?:^|[{,;])\s*$")
_BRACKET_OR_QUOTE = re.compile(rb"[ \t]+[\"'~%\[]")
_LABELS = frozenset({b"event", b"event_name", b"eventName", b"Event", b"name", b"Name"})
_OWNERS = frozenset(
    """variable_declarator class_declaration class_definition class module enum_declaration object_declaration
    internal_module property_declaration assignment const_spec const_element init_declarator const_item static_item
    val_definition object_definition static_final_declaration initialized_variable_definition""".split()  # noqa: SIM905
)
_UNNAMED_OWNERS = frozenset({"export_statement", "assignment_expression", "return_statement"})
_TABLES = frozenset(
    """object dictionary hash class_body enum_class_body enum_body array list tuple set array_literal
    literal_value array_creation_expression list_literal set_or_map_literal dictionary_literal map_content
    initializer_expression array_expression enum_declaration_list enum_member_declaration_list""".split()  # noqa: SIM905
)
_FUNCTIONS = re.compile(r"function|method|func_literal|lambda")
# Members by which all that a table or an enum holds is reached without its name.
_MEMBER = re.compile(rb"\s*(?:[!?]?\.|::)\s*([\w$]+)")
_ALL_OF_IT = frozenset(
    b"""values entries keys allCases cases each map forEach find filter constants const_get members valueOf
    fromValue""".split()
)


@dataclass(frozen=True)
class Silence:
    """Where an event was sent at the base, and what is left of it: the first place, where it is only named."""

    sent: tuple[Occurrence, ...]
    left: Occurrence


def fallen_silent(change: CodeChange, event: str, code: NamesInCode) -> Silence | None:
    """What an event that is still named lost, if a call sent it at the base and none does at the head.

    None also where that cannot be told: a string or a constant whose use is not known may be sent.
    """
    if change.base is None or change.base_senders is None:
        return None
    earlier = code.base.get(event, [])
    direct = [place for place in earlier if change.base_senders.sends(place)]
    now = sum(1 for place in code.head.get(event, []) if change.head_senders.sends(place))
    names = _names_with_a_lost_use(change, event, code)
    if not (len(direct) > now or (names and not now)):
        return None
    left = code.all_at_head(event)
    if not left or any(_may_send(place, change) for place in left):
        return None
    sent = direct + [use for name in sorted(names) for use in _lost_uses(change, name, event)]
    return Silence(tuple(sorted(sent, key=lambda place: (place.path, place.line))), left[0]) if sent else None


def constants_named_before(content: bytes, start: int) -> set[bytes]:
    """The name that is given to the string at an offset, told from its line without parsing.

    Two where it could be either: `NAME Type = "…"` in Go, `Type NAME = "…"` in Java.
    """
    line = content[content.rfind(b"\n", 0, start) + 1 : start]
    match = _NAMED.search(line) or _ENTRY.search(line)
    return {name for name in match.groups() if name} - _LABELS - _WORDS_BEFORE if match else set()


def is_used(snapshot: Snapshot, name: str) -> bool:
    """Whether the code does more with a constant than giving it a string, importing it or naming it in a type."""
    return not name.isascii() or any(True for _ in _uses(snapshot, name))


def _names_with_a_lost_use(change: CodeChange, event: str, code: NamesInCode) -> set[str]:
    """The constants of an event that changed files speak of less often than at the base."""
    found: set[bytes] = set()
    places = [(place.file, place.start) for place in code.base.get(event, [])]
    for file, start in (*places, *code.raw_in_same(event)):
        found |= constants_named_before(file.source.content, start)
    return {name.decode() for name in found if name.strip(b"$@#") in change.lost_words} - PASSED_ON


def _lost_uses(change: CodeChange, name: str, event: str) -> Iterator[Occurrence]:
    """Where a changed file sent a constant at the base."""
    if change.base is None or change.base_senders is None:
        return
    for file in change.base.with_words([name.strip("$@#").encode()]):
        if change.head.files.get(file.path) is not file and (use := change.base_senders.use_in(file, name)):
            yield Occurrence(file, use.line, use.start, event)


def _may_send(place: Occurrence, change: CodeChange) -> bool:
    """Whether what is left at the head sends, or may."""
    if place.file.is_catalogue or change.head_senders.sends(place):
        return True
    source = place.file.source
    said = naming(source, place.start)
    if said == "list":  # unless something goes through it
        return may_be_reached_by_its_owner(source, place.start, change.head)
    if said in ("comparison", "case"):  # unless what is compared with is then sent
        return change.head_senders.sends_a_variable(place.file)
    if said is not None:
        return False
    name = next((c.name for c in constants_in(place.file) if c.start == place.start), None)
    if name is None or name in PASSED_ON or is_used(change.head, name):
        return True
    return may_be_reached_by_its_owner(source, place.start, change.head)


def may_be_reached_by_its_owner(source: Source, start: int, snapshot: Snapshot) -> bool:
    """Whether a table, an enum or a class is passed on or gone through, so that what it holds need not be named."""
    node = source.node_at(start)
    in_table = False
    while node is not None and (parent := node.parent) is not None:
        if _FUNCTIONS.search(parent.type):
            return in_table
        if parent.type in _OWNERS and (in_table or "class" in parent.type or "module" in parent.type):
            owner = parent.child_by_field_name("name") or parent.named_children[0]
            return _is_used_whole(snapshot, source.text_of(owner).partition(":")[0].strip())
        if in_table and (parent.type in _UNNAMED_OWNERS or _is_given_away(source, parent)):
            return True
        in_table = in_table or parent.type in _TABLES
        node = parent
    return in_table


def _is_given_away(source: Source, node: Node) -> bool:
    """Whether a table is the argument of a call that may do anything with it."""
    called = node.parent
    if node.type not in ("arguments", "argument_list", "value_arguments") or called is None:
        return False
    return not _GATHERED.match(source.text_of(called))


def _is_used_whole(snapshot: Snapshot, owner: str) -> bool:
    """Whether more is done with an owner than naming one of its members: `values(EVENTS)`, not `EVENTS.TRIAL`."""
    return any(True for _ in _uses(snapshot, owner, but_members=True))


def _uses(snapshot: Snapshot, name: str, *, but_members: bool = False) -> Iterator[int]:
    """The offsets at which files use a name; `but_members` leaves those out that name one member of it."""
    pattern = re.compile(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])")
    for file in snapshot.with_words([name.strip("$@#").encode()]):
        if file.is_catalogue:
            continue
        content = file.source.content
        for match in pattern.finditer(content):
            if but_members and (member := _MEMBER.match(content, match.end())) and member[1] not in _ALL_OF_IT:
                continue
            if _is_given(file, match.start(), match.end()) or file.source.node_at(match.start()) is None:
                continue
            if naming(file.source, match.start()) is None:
                yield match.start()


def _is_given(file: CodeFile, start: int, end: int) -> bool:
    """Whether the name is being given to something here, rather than used."""
    content = file.source.content
    before = content[content.rfind(b"\n", 0, start) + 1 : start]
    follows = content[end : end + 80]
    if content[start : start + 1] == b"@" and _BRACKET_OR_QUOTE.match(follows):
        return True  # Elixir's `@name "…"`
    if _DECLARED.search(before) or _GIVEN.match(follows):
        return True
    return bool(_BRACKET.match(follows) and _BEGINS.search(before))
