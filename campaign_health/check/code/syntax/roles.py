"""What a string or a name does where it stands, if the syntax around it says that it only names and sends nothing."""

from __future__ import annotations

import re
from typing import Literal

from tree_sitter import Node

from campaign_health.check.code.syntax.source import Source

Naming = Literal["type", "case", "comparison", "list", "shown", "logged", "imported"]

_TYPES = frozenset(
    """literal_type union_type type_annotation type_alias_declaration interface_declaration interface_body
    property_signature type_arguments type_parameter generic_type object_type type_query index_type_query
    lookup_type type user_type type_identifier""".split()  # noqa: SIM905
)
_CASES = frozenset({"case_pattern", "when", "switch_pattern", "switch_label", "when_condition"}) | {
    *("match_condition_list", "match_pattern", "constant_pattern", "switch_expression_pattern")
}
_CASES_WITH_BODY = frozenset(
    {"switch_case", "expression_case", "when_entry", "case_statement", "case_clause", "stab_clause"}
)
_COMPARES = frozenset(
    {"binary_expression", "comparison_operator", "binary", "equality_expression", "infix_expression"}
) | {*("binary_operator", "is_pattern_expression")}
_COMPARING = frozenset({"==", "===", "!=", "!==", "in", "not in", "is", "=~", "<", ">", "<=", ">="})
_IMPORTS = frozenset(
    """import_specifier named_imports import_clause import_statement export_specifier export_clause
    import_from_statement import_declaration import_header import dotted_name use_declaration using_directive
    namespace_use_declaration preproc_include import_or_export""".split()  # noqa: SIM905
)
_LISTS = frozenset(
    """array list tuple set array_literal literal_value initializer_list array_creation_expression list_literal
    initializer_expression array_expression implicit_array_creation_expression collection_expression
    set_or_map_literal""".split()  # noqa: SIM905
)
_TABLES = frozenset({"object", "dictionary", "hash", "dictionary_literal", "literal_value", "map", "map_content"})
_THROUGH = frozenset(
    """parenthesized_expression as_expression satisfies_expression expression_list literal_element pattern
    composite_literal element_value jsx_expression member_expression attribute selector_expression
    navigation_expression navigation_suffix scope_resolution scoped_identifier field_access non_null_expression
    subscript computed_property_name argument argument_list arguments value_argument value_arguments call_suffix
    prefix_expression simple_identifier constant qualified_identifier member_access_expression
    class_constant_access_expression selector unconditional_assignable_selector argument_part field_expression
    reference_expression unary_operator keywords token_tree""".split()  # noqa: SIM905
)
_CALLS = frozenset(
    """call_expression call method_invocation new_expression object_creation_expression member_call_expression
    nullsafe_member_call_expression scoped_call_expression function_call_expression invocation_expression
    message_expression macro_invocation""".split()  # noqa: SIM905
)
_PAIRS = frozenset({"pair", "keyed_element", "array_element_initializer", "dictionary_pair"})
_DECLARES = frozenset(
    """variable_declarator assignment property_declaration short_var_declaration const_spec var_spec const_element
    property_element static_final_declaration initialized_variable_definition init_declarator const_item static_item
    let_declaration val_definition assignment_expression""".split()  # noqa: SIM905
)

_ASKS = frozenset(
    """includes has contains include? member? key? has_key? indexOf equals equalsIgnoreCase startsWith endsWith
    startswith endswith start_with? end_with? eql? containsKey hasPrefix hasSuffix Contains HasPrefix HasSuffix
    EqualFold localeCompare isEqual assert in_array array_key_exists str_contains str_starts_with str_ends_with strcmp
    Equals StartsWith EndsWith ContainsKey isEqualToString hasPrefix containsObject contains_key starts_with ends_with
    eq matches""".split()  # noqa: SIM905
)
# What is shown to people or browsers: texts, styles, elements of a page, messages of errors.
_TELLS = frozenset(
    """t $t i18n gettext translate formatMessage NSLocalizedString stringResource clsx cn cx classNames classnames
    twMerge querySelector querySelectorAll getElementById getByText getByTestId Error TypeError ValueError Exception
    RuntimeError raise alert trans __ trans_choice dgettext GetString""".split()  # noqa: SIM905
)
_GATHERS = frozenset(
    {"Set", "set", "frozenset", "freeze", "listOf", "setOf", "arrayOf", "of", "asList", "to_set", "seal"}
)
_LOGS = re.compile(
    r"(?:\bconsole|\b_?log(?:ger|ging)?|\bLog(?:ger)?|\bConsole|\bDebug|\bTimber|\bfmt|\bSystem\.(?:out|err)|\bslog)\W+\w+\W*$"
    r"|(?:^|\W)(?:print|println|puts|printf|NSLog|os_log|debugPrint|warn|eprintln|error_log|var_dump)\W*$"
    r"|(?:^|\W)(?:trace|debug|info|warn|error)!\W*$"
)
_SHOWS = re.compile(
    r"(?i)^(?:class(?:_?name)?|label|title|description|placeholder|tooltip|alt|aria-\w+|style|icon|colou?r|help|"
    r"display_?name|caption|heading|i18n_?key|translation_?key|data-test-?id|test_?id)$"
)
_SHOWING = re.compile(r"(?i)label|title|display|description|caption|translation|message|icon|colou?r|text|heading")
_LISTING = re.compile(
    r"(?i)allow|white_?list|block_?list|black_?list|den(?:y|ied)|known|valid|supported|permitted|ignor|exclud|accept|legal"
)
_LAST_NAME = re.compile(r"([\w$]+[?!]?)\W*$")


def naming(source: Source, start: int) -> Naming | None:
    """What it is that stands at the offset if it sends nothing for certain; None where that cannot be told.

    A type, what a `case` compares with, one side of a comparison, an entry of an allow-list, a text or a style that is
    shown, a line of a log, an import.
    """
    child = source.node_at(start)
    in_list = keyed = False
    while child is not None and (parent := child.parent) is not None:
        kind = parent.type
        if child.type in _TYPES or kind in _TYPES:
            return "type"
        if kind in _IMPORTS:
            return None if _renames(parent) else "imported"
        if kind in _CASES or _is_case(parent, child):
            return "case"
        if kind in _COMPARES:
            marks = (source.text_of(part) for part in parent.children if part.id != child.id)
            return "comparison" if not _COMPARING.isdisjoint(marks) else None
        if kind == "jsx_attribute" or (kind in _PAIRS and parent.named_children[0].id != child.id):
            shown = _SHOWS.match(source.text_of(parent.named_children[0]).strip("\"':`"))
            return "shown" if shown else None
        row = parent.parent if kind == "selector" else None  # Dart's calls are a row of selectors
        if kind in _CALLS or row is not None:
            said, gathers = _in_call(source, parent, child) if row is None else _in_call(source, row, parent)
            if not gathers:
                return said
            in_list = True
        elif kind in _DECLARES:
            return _in_declaration(source, parent, in_list=in_list, keyed=keyed)
        elif kind in _PAIRS:
            keyed = keyed or parent.named_child_count > 1
        elif kind in _LISTS or kind in _TABLES:
            in_list = True
        elif kind not in _THROUGH:
            return None
        child = parent
    return None


def _in_declaration(source: Source, node: Node, *, in_list: bool, keyed: bool) -> Naming | None:
    """By the name of what is declared: a list of what is allowed, or a table of what is shown for each key."""
    text = source.text_of(node.named_children[0])
    name = text.partition(":")[0]
    if keyed and _SHOWING.search(name):
        return "shown"
    return "list" if in_list and _LISTING.search(name) else None


def _is_case(parent: Node, child: Node) -> bool:
    """Whether the child is what a `case` compares with, rather than what it does."""
    if parent.type not in _CASES_WITH_BODY:
        return False
    for part in parent.children:
        if part.type in (":", "->", "=>"):
            return False
        if part.id == child.id:
            return True
    return False


def _renames(node: Node) -> bool:
    """Whether an import gives what it brings another name, under which it may be used."""
    return node.type in ("import_specifier", "export_specifier") and node.named_child_count > 1


def _in_call(source: Source, call: Node, child: Node) -> tuple[Naming | None, bool]:
    """What a call makes of it, and whether it only gathers, so that what is around it tells."""
    called = source.content[call.start_byte : child.start_byte].decode("utf-8", "replace")
    if child.start_byte == call.start_byte:  # `"x".equals(e)`, `["x"].includes(e)`
        method = call.child_by_field_name("name") or call.child_by_field_name("method")
        called = source.text_of(method if method is not None else child)
    last = _LAST_NAME.search(called.rstrip("( "))
    name = last[1] if last else ""
    if name in _ASKS:
        return "comparison", False
    if name in _TELLS:
        return "shown", False
    if _LOGS.search(called):
        return "logged", False
    return None, name in _GATHERS
