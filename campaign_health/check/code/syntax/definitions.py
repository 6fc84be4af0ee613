"""Where a function begins and what its parameters are, in the languages that do not write it as one node alike."""

from __future__ import annotations

import re

from tree_sitter import Node

_NAMES = re.compile(r"[A-Za-z_$][\w$]*")
_SIGNATURES = frozenset({"function_signature", "method_signature"})
_ELIXIR_DEFINES = frozenset({b"def", b"defp", b"defmacro"})


def header_of(node: Node) -> Node | None:
    """The node that has a function's name and parameters where that is not the function itself.

    Dart's signature stands before the body; Elixir's `def name(…)` is a call that is given a call.
    """
    kind = node.type
    if kind == "function_body":
        before = node.prev_named_sibling
        return before if before is not None and before.type in _SIGNATURES else None
    if kind == "call":
        target = node.child_by_field_name("target")
        if target is None or target.text not in _ELIXIR_DEFINES:
            return None
        arguments = next((child for child in node.children if child.type == "arguments"), None)
        head = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        if head is not None and head.type == "binary_operator":  # `def name(…) when …`
            head = head.named_children[0]
        return head
    return None


def body_of(node: Node) -> Node | None:
    """What a function does."""
    if node.type == "function_body":
        return node
    found = node.child_by_field_name("body")
    return found or next((child for child in node.children if child.type in ("do_block", "compound_statement")), None)


def name_node_of(header: Node) -> Node | None:
    """The name in what `header_of` gives."""
    if header.type == "method_signature":
        header = header.named_children[-1]
    return header.child_by_field_name("name") or header.child_by_field_name("target")


def parameters_of(header: Node) -> list[list[str]]:
    """The names of each parameter in what `header_of` gives."""
    if header.type == "call":
        arguments = next((child for child in header.children if child.type == "arguments"), None)
        return [_names(child) for child in arguments.named_children] if arguments is not None else []
    found = []
    stack = [header]
    while stack:
        node = stack.pop()
        if node.type == "formal_parameter":
            name = node.child_by_field_name("name")
            found.append(_names(name if name is not None else node)[-1:])
        else:
            stack.extend(reversed(node.named_children))
    return found


def _names(node: Node) -> list[str]:
    return _NAMES.findall((node.text or b"").decode("utf-8", "replace"))
