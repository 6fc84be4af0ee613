"""How languages write otherwise what the rest of the reader knows in one way: calls, maps, their entries, members.

A node is spelled anew as a row of its parts and of words that stand for its own. So `[a track:@"e" properties:p]`
reads as `a.track("e", properties: p)`, `['plan' => $p]` as `{'plan' => $p}`, `$a->b` as `$a.b`. Offsets stay those of
the file and stay in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from tree_sitter import Node

from campaign_health.check.code.syntax.languages import (
    CSHARP,
    DART,
    ELIXIR,
    OBJECTIVE_C,
    PHP,
    RUST,
    Language,
)


@dataclass(frozen=True)
class Word:
    """A word that stands where the file has another, or none; `value` makes it a string, such as a key."""

    text: str
    at: int
    row: int
    value: str | None = None


Part = Node | Word
_Rule = Callable[[Node], "list[Part] | None"]
_MAP_TYPES = frozenset(
    "Dictionary IDictionary SortedDictionary Properties JsonObject JObject ExpandoObject Value Hashtable".split()  # noqa: SIM905
)
_KEEPS_TEXT = frozenset({"to_owned", "to_string", "into", "clone"})
_MAP_MACROS = frozenset({"json", "hashmap", "btreemap", "indexmap"})


@cache
def rules_of(language: Language) -> Mapping[str, _Rule]:
    """What makes the parts that a node is read as, by the node's type; it says None where it is read as it stands."""
    return {kind: rule for (of, kind), rule in _RULES.items() if of is language}


def _before(node: Node, text: str, value: str | None = None) -> Word:
    return Word(text, node.start_byte, node.start_point[0], value)


def _after(node: Node, text: str) -> Word:
    return Word(text, node.end_byte, node.end_point[0])


def _text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def _as(text: str) -> _Rule:
    return lambda node: [_before(node, text)]


def _without(*kinds: str) -> _Rule:
    return lambda node: [child for child in node.children if child.type not in kinds]


def _php_array(node: Node) -> list[Part]:
    parts: list[Part] = [child for child in node.children if child.type != "array"]
    entries = [child for child in node.named_children if "comment" not in child.type]
    keyed = all(any(c.type in ("=>", "variadic_unpacking") for c in entry.children) for entry in entries)
    opens, closes = ("{", "}") if keyed else ("[", "]")
    return [_before(node, opens), *parts[1:-1], Word(closes, node.end_byte - 1, node.end_point[0])]


def _entries(initializer: Node) -> list[Node]:
    return [child for child in initializer.named_children if "comment" not in child.type]


def _is_entry(node: Node) -> bool:
    if node.type == "initializer_expression":
        return len(_entries(node)) == 2
    return node.type == "assignment_expression" and node.children[0].type == "element_binding_expression"


def _csharp_initializer(node: Node) -> list[Part] | None:
    """`{ "plan", p }` within a dictionary's braces is one entry."""
    parent = node.parent
    if parent is None or parent.type != "initializer_expression" or len(_entries(node)) != 2:
        return None
    key, value = _entries(node)
    return [key, _after(key, ":"), value]


def _csharp_assignment(node: Node) -> list[Part] | None:
    """`["plan"] = p` within a dictionary's braces is one entry."""
    left, right = node.children[0], node.children[-1]
    if left.type != "element_binding_expression":
        return None
    return [*left.children[1:-1], _after(left, ":"), right]


def _csharp_new(node: Node) -> list[Part] | None:
    """`new Dictionary<…> { … }` is the map in its braces."""
    initializer = next((child for child in node.children if child.type == "initializer_expression"), None)
    arguments = node.child_by_field_name("arguments")
    kind = _text(node.child_by_field_name("type")).partition("<")[0].rpartition(".")[2]
    if arguments is not None and arguments.named_child_count:
        return None
    if initializer is None:
        return [_before(node, "{"), _after(node, "}")] if kind in _MAP_TYPES else None
    entries = _entries(initializer)
    if not all(map(_is_entry, entries)) or not (entries or kind in _MAP_TYPES):
        return None
    return list(initializer.children)


def _csharp_anonymous(node: Node) -> list[Part]:
    """`new { plan, seats = 3, user.Name }`: what has no name of its own has its last word's."""
    parts: list[Part] = []
    children = node.children[1:]
    for index, child in enumerate(children):
        follows = children[index + 1].type if index + 1 < len(children) else ""
        if child.type == "identifier" and follows == "=":
            parts.append(_before(child, _text(child), _text(child)))
        elif child.is_named and "comment" not in child.type and children[index - 1].type != "=":
            name = _text(child).rpartition(".")[2]
            parts += [_before(child, name, name), _before(child, ":"), child]
        else:
            parts.append(_before(child, ":") if child.type == "=" else child)
    return parts


def _map_of_braces(node: Node) -> list[Part]:
    """Dart's `const <String, dynamic>{ … }`."""
    at = next((i for i, child in enumerate(node.children) if child.type == "{"), 0)
    return list(node.children[at:])


def _elixir_map(node: Node) -> list[Part]:
    """`%{ … }`, or `%Segment.Analytics.Track{ … }`, which reads as a call."""
    parts: list[Part] = []
    for child in node.children:
        if child.type == "struct":
            holder, dot, name = _text(child).rpartition(".")
            if dot:
                parts += [_before(child, holder), Word(".", child.start_byte + len(holder), child.start_point[0])]
            parts.append(Word(name, child.end_byte - len(name.encode()), child.end_point[0]))
        elif child.type != "%":
            parts.append(child)
    return parts


def _elixir_pair(node: Node) -> list[Part] | None:
    if len(node.children) != 2:
        return None
    key, value = node.children
    return [key, Word(":", key.start_byte + len(_text(key).rstrip()) - 1, key.start_point[0]), value]


def _elixir_attribute(node: Node) -> list[Part] | None:
    """`@trial "trial_started"` gives a name to a string, `@trial` stands for it."""
    if len(node.children) != 2 or node.children[0].type != "@":
        return None
    operand = node.children[1]
    target = operand.child_by_field_name("target")
    if target is None:
        return [_before(node, _text(node))] if operand.type == "identifier" else None
    return [_before(node, f"@{_text(target)}"), _after(target, "="), *operand.children[1:]]


def _message(node: Node) -> list[Part]:
    """`[receiver track:@"e" properties:p]` as `receiver.track("e", properties: p)`."""
    inner = node.children[1:-1]
    receiver = node.child_by_field_name("receiver")
    if receiver is None or len(inner) < 2:
        return list(node.children)
    parts: list[Part] = [receiver, _after(receiver, ".")]
    methods = [index for index, child in enumerate(inner) if node.field_name_for_child(index + 1) == "method"]
    first = methods[0] if methods else 1
    parts += [inner[first], _after(inner[first], "(")]
    for index in range(first + 1, len(inner)):
        child, before = inner[index], inner[index - 1]
        if index in methods:
            parts += [_after(before, ","), child]
        elif child.type != ":" or (index - 1 in methods and index - 1 != first):
            parts.append(child)
    return [*parts, Word(")", node.end_byte - 1, node.end_point[0])]


def _definition(node: Node) -> list[Part] | None:
    """`#define NAME @"text"` gives a name to a string."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    return [name, _after(name, "="), value] if name is not None and value is not None else None


def _rust_macro(node: Node) -> list[Part] | None:
    """`json!({ … })` is the map in its braces; other macros read as calls."""
    name = _text(node.child_by_field_name("macro")).rpartition("::")[2]
    tree = node.children[-1]
    if name in _MAP_MACROS and tree.type == "token_tree":
        inner = [child for child in tree.named_children if "comment" not in child.type]
        if len(tree.children) == 3 and len(inner) == 1:
            return [inner[0]] if inner[0].type == "token_tree" else list(tree.children)
        if tree.children[0].type == "{":
            return [tree]
    return [child for child in node.children if child.type != "!"]


def _rust_call(node: Node) -> list[Part] | None:
    """`"e".to_owned()`, `String::from("e")` and `Some(x)` are what they hold."""
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None:
        return None
    given = [child for child in arguments.named_children if "comment" not in child.type]
    value = function.child_by_field_name("value")
    if value is not None and not given and value.type in RUST.strings:
        return [value] if _text(function.child_by_field_name("field")) in _KEEPS_TEXT else None
    if len(given) != 1:
        return None
    name = _text(function)
    return [given[0]] if name == "Some" or (name == "String::from" and given[0].type in RUST.strings) else None


_RULES: dict[tuple[Language, str], _Rule] = {
    (PHP, "array_creation_expression"): _php_array,
    (PHP, "->"): _as("."),
    (PHP, "?->"): _as("?."),
    (PHP, "."): _as("+"),
    (PHP, ".="): _as("+="),
    (CSHARP, "initializer_expression"): _csharp_initializer,
    (CSHARP, "assignment_expression"): _csharp_assignment,
    (CSHARP, "object_creation_expression"): _csharp_new,
    (CSHARP, "implicit_object_creation_expression"): _csharp_new,
    (CSHARP, "anonymous_object_creation_expression"): _csharp_anonymous,
    (DART, "set_or_map_literal"): _map_of_braces,
    (DART, ".."): _as("."),
    (DART, "?.."): _as("?."),
    (DART, "...?"): _as("..."),
    (ELIXIR, "map"): _elixir_map,
    (ELIXIR, "pair"): _elixir_pair,
    (ELIXIR, "unary_operator"): _elixir_attribute,
    (OBJECTIVE_C, "message_expression"): _message,
    (OBJECTIVE_C, "dictionary_literal"): _without("@"),
    (OBJECTIVE_C, "array_literal"): _without("@"),
    (OBJECTIVE_C, "at_expression"): _without("@"),
    (OBJECTIVE_C, "preproc_def"): _definition,
    (RUST, "macro_invocation"): _rust_macro,
    (RUST, "call_expression"): _rust_call,
    (RUST, "reference_expression"): _without("&", "mutable_specifier"),
}
