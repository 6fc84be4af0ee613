"""The functions and statements around a place in the code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from tree_sitter import Node

from campaign_health.check.code.syntax.definitions import body_of, header_of, name_node_of
from campaign_health.check.code.syntax.source import Source, Token

_NAMES = re.compile(r"[^\W\d][\w$]*|\$\w+")
_BLOCKS = frozenset(
    {
        *("statement_block", "block", "program", "source_file", "module", "body_statement", "function_body"),
        *("statements", "class_body", "switch_case", "switch_block_statement_group", "then", "do", "else"),
        *("block_body", "control_structure_body", "statement_list", "expression_case"),
        *("compound_statement", "declaration_list", "template_body", "do_block", "stab_clause", "source"),
        *("translation_unit", "compilation_unit", "switch_section", "switch_statement_case", "case_clause"),
        *("indented_block", "case_statement", "implementation_definition"),
    }
)
_FUNCTIONS = frozenset(
    {
        *("function_declaration", "function_expression", "function", "arrow_function", "method_definition"),
        *("generator_function", "generator_function_declaration", "function_definition", "method", "singleton_method"),
        *("method_declaration", "func_literal", "constructor_declaration", "lambda_expression", "lambda_literal"),
        *("init_declaration", "anonymous_function", "secondary_constructor", "compact_constructor_declaration"),
        *("local_function_statement", "function_item", "closure_expression", "method_definition"),
    }
)


@dataclass(frozen=True)
class Function:
    """One function, or a whole file: its bytes, the words that stand before its body, and how its tokens are read."""

    content: bytes
    header: frozenset[str]
    read: Callable[[], list[Token]]

    @cached_property
    def tokens(self) -> list[Token]:
        """Its tokens without comments, in order."""
        return self.read()


def functions_around(source: Source, at: int) -> Iterator[Function]:
    """The functions that hold a byte offset, innermost first, and the whole file last."""
    for node in _function_nodes(source, at):
        body, head = body_of(node), header_of(node)
        begins = body.start_byte if body is not None else node.end_byte
        starts = head.start_byte if head is not None else node.start_byte
        header = source.content[starts:begins].decode("utf-8", "replace")
        content = source.content[node.start_byte : node.end_byte]
        yield Function(content, frozenset(_NAMES.findall(header)), partial(source.tokens_of, node))
    yield Function(source.content, frozenset(), lambda: source.tokens)


def statement_around(source: Source, at: int) -> list[Token]:
    """The tokens of the statement, or the expression that a function is, that holds a byte offset."""
    node = source.leaf_at(at)
    while node is not None and node.parent is not None:
        if node.parent.type in _BLOCKS or node.parent.type in _FUNCTIONS:
            if node.parent.children[0].type == "=>":
                node = node.parent  # Dart's `=> call(…)` is a row of nodes
            break
        node = node.parent
    return source.tokens_of(node) if node is not None else []


def function_name_around(source: Source, at: int) -> str | None:
    """The name of the innermost function that has one and holds a byte offset."""
    names = (_function_name(source, node) for node in _function_nodes(source, at))
    return next((name for name in names if name is not None), None)


def _function_nodes(source: Source, at: int) -> Iterator[Node]:
    node = source.leaf_at(at)
    while node is not None:
        if node.type in _FUNCTIONS or header_of(node) is not None:
            yield node
        node = node.parent


def _function_name(source: Source, node: Node) -> str | None:
    head = header_of(node)
    if head is not None and (name := name_node_of(head)) is not None:
        return source.text_of(name)
    named: Node | None = node
    for _ in range(3):  # `const name = useCallback(() => …)` at most
        if named is None or named.type in _BLOCKS or named.type == "expression_statement":
            return None
        name = named.child_by_field_name("name") or named.child_by_field_name("key")
        if name is not None:
            return source.content[name.start_byte : name.end_byte].decode("utf-8", "replace")
        named = named.parent
    return None
