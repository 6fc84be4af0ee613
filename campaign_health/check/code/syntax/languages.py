"""The languages whose strings `check` reads, and how their parsers spell a string."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Literal

from tree_sitter import Language as Grammar
from tree_sitter import Parser

Kind = Literal["code", "catalogue"]


@dataclass(frozen=True)
class Language:
    """One language.

    Attributes:
        name: How people call it.
        grammar: Module of its tree-sitter grammar, and the function in it.
        strings: Node types that are one literal each.
        symbols: Node types that are a bare name used as a value: Ruby's symbols, plain YAML scalars.
        joined: Node types that join neighbouring literals to one.
        raw: String node types without escapes.
        words: Node types that are one word of several parts, such as PHP's `$name`.
        own_quotes: Its strings are read by their text, as its grammar does not part the quotes from it.
        embedded: The code stands in the `<script>` elements of a page.
        kind: `code`, or `catalogue` for data that counts only where code loads it.
    """

    name: str
    grammar: tuple[str, str]
    strings: frozenset[str]
    symbols: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset()
    raw: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    own_quotes: bool = False
    embedded: bool = False
    kind: Kind = "code"


def _set(*names: str) -> frozenset[str]:
    return frozenset(names)


_SCRIPT = _set("string", "template_string")
JAVASCRIPT = Language("JavaScript", ("tree_sitter_javascript", "language"), _SCRIPT)
_TYPED_SCRIPT = _SCRIPT | {"template_literal_type"}
TYPESCRIPT = Language("TypeScript", ("tree_sitter_typescript", "language_typescript"), _TYPED_SCRIPT)
TSX = Language("TSX", ("tree_sitter_typescript", "language_tsx"), _TYPED_SCRIPT)
COMPONENT = Language("Vue and Svelte", ("tree_sitter_typescript", "language_typescript"), _TYPED_SCRIPT, embedded=True)
PYTHON = Language("Python", ("tree_sitter_python", "language"), _set("string"), joined=_set("concatenated_string"))
RUBY = Language(
    "Ruby",
    ("tree_sitter_ruby", "language"),
    _set("string", "delimited_symbol", "bare_string", "bare_symbol"),
    symbols=_set("simple_symbol", "hash_key_symbol"),
    joined=_set("chained_string"),
)
GO = Language(
    "Go",
    ("tree_sitter_go", "language"),
    _set("interpreted_string_literal", "raw_string_literal"),
    raw=_set("raw_string_literal"),
)
SWIFT = Language(
    "Swift",
    ("tree_sitter_swift", "language"),
    _set("line_string_literal", "multi_line_string_literal", "raw_string_literal"),
    raw=_set("raw_string_literal"),
)
KOTLIN = Language(
    "Kotlin",
    ("tree_sitter_kotlin", "language"),
    _set("string_literal", "multiline_string_literal"),
    raw=_set("multiline_string_literal"),
)
JAVA = Language("Java", ("tree_sitter_java", "language"), _set("string_literal"))
PHP = Language(
    "PHP",
    ("tree_sitter_php", "language_php"),
    _set("string", "encapsed_string", "heredoc", "nowdoc"),
    raw=_set("nowdoc"),
    words=_set("variable_name"),
    own_quotes=True,
)
CSHARP = Language(
    "C#",
    ("tree_sitter_c_sharp", "language"),
    _set("string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression"),
    raw=_set("raw_string_literal"),
    own_quotes=True,
)
DART = Language("Dart", ("tree_sitter_dart", "language"), _set("string_literal"), own_quotes=True)
ELIXIR = Language(
    "Elixir",
    ("tree_sitter_elixir", "language"),
    _set("string", "charlist", "sigil"),
    symbols=_set("atom", "keyword"),
    own_quotes=True,
)
OBJECTIVE_C = Language(
    "Objective-C",
    ("tree_sitter_objc", "language"),
    _set("string_literal", "preproc_arg"),
    joined=_set("concatenated_string"),
    own_quotes=True,
)
RUST = Language(
    "Rust",
    ("tree_sitter_rust", "language"),
    _set("string_literal", "raw_string_literal"),
    raw=_set("raw_string_literal"),
    own_quotes=True,
)
SCALA = Language(
    "Scala", ("tree_sitter_scala", "language"), _set("string", "interpolated_string_expression"), own_quotes=True
)
JSON = Language("JSON", ("tree_sitter_json", "language"), _set("string"), kind="catalogue")
YAML = Language(
    "YAML",
    ("tree_sitter_yaml", "language"),
    _set("double_quote_scalar", "single_quote_scalar"),
    symbols=_set("string_scalar"),
    kind="catalogue",
)

_BY_SUFFIX = {
    **dict.fromkeys((".js", ".jsx", ".mjs", ".cjs", ".es6"), JAVASCRIPT),
    **dict.fromkeys((".ts", ".mts", ".cts"), TYPESCRIPT),
    ".tsx": TSX,
    **dict.fromkeys((".vue", ".svelte"), COMPONENT),
    **dict.fromkeys((".py", ".pyw"), PYTHON),
    **dict.fromkeys((".rb", ".rake", ".ru", ".gemspec", ".jbuilder"), RUBY),
    ".go": GO,
    ".swift": SWIFT,
    **dict.fromkeys((".kt", ".kts"), KOTLIN),
    ".java": JAVA,
    **dict.fromkeys((".php", ".phtml"), PHP),
    ".cs": CSHARP,
    ".dart": DART,
    **dict.fromkeys((".ex", ".exs"), ELIXIR),
    **dict.fromkeys((".m", ".mm", ".h"), OBJECTIVE_C),
    ".rs": RUST,
    **dict.fromkeys((".scala", ".sc"), SCALA),
    **dict.fromkeys((".json", ".jsonc", ".json5"), JSON),
    **dict.fromkeys((".yml", ".yaml"), YAML),
}
_BY_NAME = {"Rakefile": RUBY, "Gemfile": RUBY}


def language_of(path: str) -> Language | None:
    """The language of a file by its name; None for one that is not read."""
    name = path.rpartition("/")[2]
    stem, dot, suffix = name.rpartition(".")
    return _BY_NAME.get(name) or (_BY_SUFFIX.get(f".{suffix.lower()}") if stem and dot else None)


@cache
def grammar_of(language: Language) -> Grammar:
    """The parser's grammar; loaded when first needed."""
    module, function = language.grammar
    return Grammar(getattr(import_module(module), function)())


@cache
def parser_of(language: Language) -> Parser:
    """One parser for each language."""
    return Parser(grammar_of(language))
