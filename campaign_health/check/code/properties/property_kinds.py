"""The type that an expression's value has by its syntax alone, in JSON's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from campaign_health.check.code.properties.property_returns import (
    ASKS_ONLY,
    CASTS,
    FUNCTIONS,
    JOIN_IS_STRING,
    METHODS,
    NOT_METHODS,
    SCRIPTS,
    SIZES,
)
from campaign_health.check.code.syntax.languages import (
    CSHARP,
    DART,
    ELIXIR,
    GO,
    JAVA,
    KOTLIN,
    OBJECTIVE_C,
    PHP,
    PYTHON,
    RUBY,
    RUST,
    SCALA,
    SWIFT,
    Language,
)
from campaign_health.check.code.syntax.source import Token
from campaign_health.check.code.syntax.token_groups import closing, inside, is_whole, opens, split, top_level
from campaign_health.manifest.schema import PropertyType

BRACED_MAPS = frozenset({PYTHON, RUBY, PHP, CSHARP, DART, ELIXIR, OBJECTIVE_C, RUST})
_CLAIMING = SCRIPTS | {SWIFT, KOTLIN, CSHARP, DART, RUST}
_NUMBER = re.compile(r"(?i)[+-]?(?:0x[0-9a-f_]+|0b[01_]+|0o?[0-7_]+|[0-9][0-9_]*)(?:n|u?l)?")
_FRACTION = re.compile(r"(?i)(?:[0-9][0-9_]*)?\.?[0-9_]+(?:e[+-]?[0-9]+)?[fd]?")
_COMPARES = frozenset(
    {"==", "===", "!=", "!==", "<", ">", "<=", ">=", "in", "is", "instanceof", "!in", "!is", "=~", "!~"}
)
_CONSTANTS: dict[str, PropertyType] = {
    **dict.fromkeys(("true", "false", "True", "False", "YES", "NO"), "boolean"),
    **dict.fromkeys(("null", "None", "nil"), "null"),
}


def kind_of(tokens: Sequence[Token], language: Language) -> PropertyType | None:
    """The type of a value by how it is written; None where the syntax does not tell.

    `integer` is said of whole numbers only where that is certain; `number` may be whole or not.
    """
    tokens = stripped(tokens, language)
    if not tokens:
        return None
    if len(tokens) == 1:
        return _of_one(tokens[0])
    for rule in (_of_choice, _of_operators, _of_brackets, _of_call):
        decided, kind = rule(tokens, language)
        if decided:
            return kind
    return None


def stripped(tokens: Sequence[Token], language: Language) -> list[Token]:
    """An expression without what does not change its value: brackets around it, claims about its type, waiting."""
    found = list(tokens)
    while True:
        if is_whole(found, "("):
            found = found[1:-1]
        elif len(found) > 1 and found[0].text == "await":
            found = found[1:]
        elif len(found) > 1 and found[-1].text in ("!", "!!") and language is not RUBY:
            found = found[:-1]
        elif language in _CLAIMING and (claim := _first(found, "as", "satisfies")):
            found = found[:claim]
        elif language is RUBY and (condition := _first(found, "if", "unless", "rescue")):
            found = found[:condition]
        else:
            return found


def _first(tokens: Sequence[Token], *words: str) -> int:
    return next((index for index, token in top_level(tokens) if token.text in words and not token.is_string), 0)


def _of_one(token: Token) -> PropertyType | None:
    if token.is_string:
        return "string" if token.text != "string" else None  # the latter: TypeScript's word for the type
    if token.text in _CONSTANTS:
        return _CONSTANTS[token.text]
    if _NUMBER.fullmatch(token.text):
        return "integer"
    return "number" if token.text[:1] in "0123456789." and _FRACTION.fullmatch(token.text) else None


_Answer = tuple[bool, "PropertyType | None"]
_UNDECIDED: _Answer = (False, None)


def _of_choice(tokens: list[Token], language: Language) -> _Answer:
    """`a ? b : c`, `b if a else c`, `a || b`, `a ?? b`, lambdas."""
    texts = {token.text for _, token in top_level(tokens) if not token.is_string}
    if texts & {"=>", "->", "lambda", "function", "func"} or tokens[0].text in ("if", "when", "switch", "case"):
        return True, None
    sides: list[list[Token]] = []
    if language is PYTHON and {"if", "else"} <= texts:
        sides = split(tokens, "if", "else")[::2]
    elif "?" in texts and ":" in texts:
        sides = split(tokens, "?", ":")[1:]
    elif texts & {"||", "??", "?:", "or", "and", "&&"}:
        if texts <= {"||", "&&"} | texts & _COMPARES and _all_compare(tokens, language):
            return True, "boolean"
        sides = split(tokens, "||", "??", "?:", "or", "and", "&&")
        if language not in SCRIPTS | {PYTHON, RUBY} and texts & {"||", "&&"}:
            return True, "boolean"
    if not sides:
        return _UNDECIDED
    kinds = {kind_of(side, language) for side in sides}
    return True, kinds.pop() if len(kinds) == 1 else None


def _all_compare(tokens: list[Token], language: Language) -> bool:
    return all(kind_of(part, language) == "boolean" for part in split(tokens, "||", "&&"))


def _of_operators(tokens: list[Token], language: Language) -> _Answer:
    first = tokens[0].text
    after = {token.text for index, token in top_level(tokens) if index and not token.is_string}
    if first == "<":
        return True, None  # a claim about the type, or markup
    if first == "typeof":
        return True, "boolean" if after & _COMPARES else "string"
    if after & _COMPARES:
        return True, "boolean"
    if first in ("!", "not"):
        return True, "boolean"
    if first in ("-", "+") and len(tokens) == 2:
        return True, _of_one(tokens[1]) or ("number" if language in SCRIPTS else None)
    if after & {"<>", ".."} and language is ELIXIR:
        return True, "string" if "<>" in after else None
    if language is PHP and first == "(" and tokens[1].text in CASTS and tokens[2].text == ")":
        return True, CASTS[tokens[1].text]
    if "+" in after:
        kinds = {kind_of(part, language) for part in split(tokens, "+")}
        if "string" in kinds:
            return True, "string"
        return True, "number" if kinds <= {"integer", "number"} else None
    if after & {"*", "/", "-", "%"}:
        kinds = {kind_of(part, language) for part in split(tokens, "*", "/", "-", "%")}
        if kinds <= {"integer", "number"}:
            return True, "number"
        # A number takes part: a number, unless it repeats a text or a list, or moves a date.
        plain = language in SCRIPTS or (language is not RUBY and not after & {"-", "%"})
        return True, "number" if plain and kinds <= {"integer", "number", None} and len(kinds) > 1 else None
    return _UNDECIDED


def _of_brackets(tokens: list[Token], language: Language) -> _Answer:
    if is_whole(tokens, "{"):
        made = language in SCRIPTS | {RUBY} or (_is_map(tokens) and not (language is PHP and len(tokens) == 2))
        return True, "object" if made else None
    if is_whole(tokens, "["):
        if language is SWIFT:
            marked = any(token.text == ":" for _, token in top_level(tokens[1:-1]))
            return True, "object" if marked else "array"
        return True, "array"
    if opens(tokens[0]) and tokens[0].text.startswith("%") and closing(tokens, 0) == len(tokens) - 1:
        return True, "array"
    if language is GO and tokens[-1].text == "}":
        if tokens[0].text == "map":
            return True, "object"
        if tokens[0].text == "[":
            return True, "array"
    return _UNDECIDED


def _is_map(tokens: list[Token]) -> bool:
    return len(tokens) == 2 or any(token.text in (":", "**", "=>") for _, token in top_level(tokens[1:-1]))


def _of_call(tokens: list[Token], language: Language) -> _Answer:
    if language is GO and tokens[-1].text == ")" and len(tokens) > 3 and tokens[0].text == "[":
        return _UNDECIDED
    called = tokens[-1].text == ")"
    if called:
        start = next(
            (i for i, token in top_level(tokens) if token.text == "(" and closing(tokens, i) == len(tokens) - 1), 0
        )
        if start == 0:
            return _UNDECIDED
    else:
        start = len(tokens)
    name = tokens[start - 1]
    before = tokens[start - 2].text if start >= 2 else ""
    if not name.is_name:
        return _UNDECIDED
    if called and all(token.is_name or token.text == "." for token in tokens[:start]):
        path = "".join(token.text for token in tokens[:start])
        if path in FUNCTIONS:
            if path == "Number" and not inside(tokens, start):
                return True, "integer"
            return True, FUNCTIONS[path]
    if before not in (".", "?.", "&.") and not (before == "?" and called):
        return _UNDECIDED
    optional = any(token.text in ("?.", "&.") or (token.text == "?" and token is not tokens[-1]) for token in tokens)
    kind = _of_method(name.text, language, called=called)
    return (True, kind) if kind is not None and not (optional and kind == "boolean") else _UNDECIDED


def _of_method(name: str, language: Language, *, called: bool) -> PropertyType | None:
    if name in SIZES.get(language, ()):
        return (
            "integer"
            if called == (language in (JAVA, RUST)) or language in (RUBY, KOTLIN, OBJECTIVE_C, SCALA)
            else None
        )
    if name == "join":
        return "string" if language in JOIN_IS_STRING and (called or language is RUBY) else None
    if language is RUBY and name.endswith("?"):
        return "boolean"
    if name in NOT_METHODS.get(language, ()) or (name in ASKS_ONLY and language not in (SWIFT, KOTLIN, JAVA)):
        return None
    if name in ("format",):
        return "string" if language is PYTHON and called else None
    if called or language is RUBY or (language is SWIFT and name in ("isEmpty", "description")):
        return METHODS.get(name)
    return None
