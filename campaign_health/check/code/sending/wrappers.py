"""The project's own functions that pass an argument on to a tracking call, as its event: their calls send, too."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node

from campaign_health.check.code.syntax.definitions import header_of, name_node_of, parameters_of
from campaign_health.check.code.syntax.languages import CSHARP
from campaign_health.check.code.syntax.source import Source, Token

_FUNCTIONS = frozenset(
    """function_declaration function_definition method_definition method_declaration function_expression
    arrow_function method singleton_method func_literal generator_function_declaration local_function_statement
    function_item""".split()  # noqa: SIM905
)
_PARAMETERS = ("formal_parameters", "parameters", "method_parameters", "parameter_list", "function_value_parameters")
_NAMED = frozenset(
    {"variable_declarator", "pair", "public_field_definition", "field_definition", "assignment_expression"}
)
_NAMES = re.compile(r"[A-Za-z_$][\w$]*")
_SELF = frozenset({"self", "cls", "this"})


@dataclass(frozen=True)
class Wrapper:
    """Where the event stands among the arguments: at a position (from 0), or at a label, also within an object."""

    position: int
    labels: frozenset[str] = frozenset()


def wrapper_around(source: Source, event: tuple[Token, ...]) -> tuple[str, Wrapper] | None:
    """The function whose own parameter is the event of the tracking call in it; None if it is no parameter."""
    names = [token.text for token in event if token.is_name]
    if not names or len(names) > 2 or any(token.is_string or token.text in ("(", "[", "+") for token in event):
        return None
    node = source.node_at(event[0].start)
    while node is not None:
        head = header_of(node)
        if (node.type in _FUNCTIONS or head is not None) and (name := _name_of(source, node)) is not None:
            parameters = parameters_of(head) if head is not None else _parameters(source, node)
            for position, known in enumerate(parameters):
                if names[0] in known:
                    taken_apart = len(known) > 2
                    labels = names[1:] or (names if taken_apart else [label.lstrip("$") for label in known])
                    return name, Wrapper(position, frozenset(labels))
            return None
        node = node.parent
    return None


def _name_of(source: Source, function: Node) -> str | None:
    """The name a function is called by: its own, or that of the constant or field that holds it."""
    head = header_of(function)
    named = name_node_of(head) if head is not None else function.child_by_field_name("name")
    if function.type == "method_definition" and named is None:  # Objective-C
        named = next((child for child in function.children if child.type == "identifier"), None)
    parent = function.parent
    if named is None and parent is not None and parent.type in _NAMED:
        named = parent.named_children[0]
    if named is None:
        return None
    found = _NAMES.findall(source.text_of(named))
    return found[-1] if found else None


def _parameters(source: Source, function: Node) -> list[list[str]]:
    """The names that each parameter brings: several for an object that is taken apart."""
    holder = next((child for child in function.children if child.type in _PARAMETERS), None)
    if function.type == "method_declaration" and function.child_by_field_name("receiver") is not None:
        holder = function.child_by_field_name("parameters")  # Go's receiver stands before them
    if holder is None:
        # Swift, Objective-C
        given = [child for child in function.named_children if child.type in ("parameter", "method_parameter")]
        single = function.child_by_field_name("parameter")  # `name => …`
        given = [single] if single is not None else given
    else:
        given = holder.named_children
    found: list[list[str]] = []
    for child in given:
        if "comment" in child.type or source.text_of(child) in _SELF:
            continue
        names = _names_of(source, child)
        # Go: `id, name string` is one node of two parameters.
        found += [[name] for name in names] if child.type == "parameter_declaration" else [names]
    return found


def _names_of(source: Source, parameter: Node) -> list[str]:
    text = source.text_of(parameter)
    if parameter.type == "parameter_declaration":
        several = parameter.children_by_field_name("name")
        return [source.text_of(name) for name in several]
    if parameter.type == "method_parameter":  # Objective-C: `:(NSString *)name`
        return [source.text_of(parameter.named_children[-1])]
    name = parameter.child_by_field_name("name")
    if parameter.type in ("formal_parameter", "simple_parameter") or source.language is CSHARP:
        return [source.text_of(name)] if name is not None else []  # the type stands first
    if text.startswith("{") or ("pattern" in parameter.type and "{" in text):
        return _NAMES.findall(text.partition("}")[0])
    return _NAMES.findall(re.split(r"[:=]", text, maxsplit=1)[0])
