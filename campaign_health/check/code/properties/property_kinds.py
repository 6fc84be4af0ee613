"""The type that an expression's value has by its syntax alone, in JSON's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from campaign_health.check.code.syntax.languages import (
    GO,
    JAVA,
    JAVASCRIPT,
    KOTLIN,
    PYTHON,
    RUBY,
    SWIFT,
    TSX,
    TYPESCRIPT,
    Language,
)
from campaign_health.check.code.syntax.piece import Token
from campaign_health.check.code.syntax.token_groups import closing, inside, is_whole, opens, split, top_level
from campaign_health.manifest.schema import PropertyType

SCRIPTS = frozenset({JAVASCRIPT, TYPESCRIPT, TSX})
_CLAIMING = SCRIPTS | {SWIFT, KOTLIN}
_NUMBER = re.compile(r"(?i)[+-]?(?:0x[0-9a-f_]+|0b[01_]+|0o?[0-7_]+|[0-9][0-9_]*)(?:n|u?l)?")
_FRACTION = re.compile(r"(?i)(?:[0-9][0-9_]*)?\.?[0-9_]+(?:e[+-]?[0-9]+)?[fd]?")
_COMPARES = frozenset(
    {"==", "===", "!=", "!==", "<", ">", "<=", ">=", "in", "is", "instanceof", "!in", "!is", "=~", "!~"}
)
_STRING: PropertyType = "string"
_INTEGER: PropertyType = "integer"
_NUMERIC: PropertyType = "number"
_BOOLEAN: PropertyType = "boolean"
_ARRAY: PropertyType = "array"
_OBJECT: PropertyType = "object"
_NULL: PropertyType = "null"
_CONSTANTS: dict[str, PropertyType] = {
    **dict.fromkeys(("true", "false", "True", "False"), _BOOLEAN),
    **dict.fromkeys(("null", "None", "nil"), _NULL),
}

# What a function makes of whatever it is given.
_FUNCTIONS: dict[str, PropertyType] = {
    **dict.fromkeys(("String", "str", "string", "repr", "JSON.stringify", "json.dumps", "fmt.Sprintf", "fmt.Sprint",
                     "strconv.Itoa", "strconv.FormatInt", "strings.Join", "strings.ToLower", "strings.ToUpper",
                     "String.format", "String.valueOf", "String.join", "Integer.toString", "Long.toString",
                     "Objects.toString", "encodeURIComponent", "SecureRandom.uuid"), _STRING),
    **dict.fromkeys(("len", "int", "parseInt", "Number.parseInt", "Int", "Int64", "int64", "int32", "Date.now",
                     "Math.round", "Math.floor", "Math.ceil", "Integer.parseInt", "Integer.valueOf", "Long.parseLong",
                     "Long.valueOf", "strlen"), _INTEGER),
    **dict.fromkeys(("Number", "parseFloat", "Number.parseFloat", "float", "float64", "Float", "Double",
                     "Double.parseDouble", "Double.valueOf", "Math.abs"), _NUMERIC),
    **dict.fromkeys(("Boolean", "bool", "Bool", "isinstance", "any", "all", "Array.isArray", "Boolean.parseBoolean",
                     "strings.Contains", "strings.HasPrefix", "Number.isInteger"), _BOOLEAN),
    **dict.fromkeys(("list", "sorted", "Array.from", "Array.of", "Object.keys", "Object.values", "Object.entries",
                     "listOf", "mutableListOf", "arrayOf", "List.of", "Arrays.asList", "strings.Split"), _ARRAY),
    **dict.fromkeys(("dict", "mapOf", "mutableMapOf", "hashMapOf", "Map.of", "Object.assign", "Object.fromEntries"),
                    _OBJECT),
}  # fmt: skip
# What a method returns, whatever it is called on. Those of one language only, where another's means something else.
_METHODS: dict[str, PropertyType] = {
    **dict.fromkeys(("toString", "toFixed", "toISOString", "toUpperCase", "toLowerCase", "to_s", "to_str", "iso8601",
                     "isoformat", "strftime", "upper", "lower", "upcase", "downcase", "uppercased", "lowercased",
                     "uppercase", "lowercase", "trim", "strip", "hexdigest", "joinToString", "joined", "toLocaleString",
                     "toDateString", "padStart", "capitalize", "titleize", "description"), _STRING),
    **dict.fromkeys(("to_i", "toInt", "toLong", "intValue", "longValue", "getTime", "indexOf", "total_seconds",
                     "count"), _INTEGER),
    **dict.fromkeys(("to_f", "toDouble", "toFloat", "doubleValue"), _NUMERIC),
    **dict.fromkeys(("includes", "startsWith", "endsWith", "startswith", "endswith", "isEmpty", "isNotEmpty", "equals",
                     "hasPrefix", "hasSuffix", "contains", "hasOwnProperty", "containsKey"), _BOOLEAN),
    **dict.fromkeys(("split", "toList", "to_a", "splitlines", "toTypedArray"), _ARRAY),
    **dict.fromkeys(("to_h", "to_hash"), _OBJECT),
}  # fmt: skip
_NOT_METHODS = {SWIFT: {"split"}, KOTLIN: {"description"}, JAVA: {"description"}, RUBY: {"description"}}
_JOIN_IS_STRING = SCRIPTS | {PYTHON, RUBY}
_SIZES: dict[Language, frozenset[str]] = {
    **dict.fromkeys(SCRIPTS, frozenset({"length"})),
    RUBY: frozenset({"length", "size", "count"}),
    SWIFT: frozenset({"count"}),
    KOTLIN: frozenset({"size", "length", "count"}),
    JAVA: frozenset({"length", "size"}),
}
_ASKS_ONLY = frozenset({"description", "count", "isEmpty"})  # plain fields of the same name mean anything elsewhere


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
        return True, "object" if language in SCRIPTS | {RUBY} or _is_python_dict(tokens) else None
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


def _is_python_dict(tokens: list[Token]) -> bool:
    return len(tokens) == 2 or any(token.text in (":", "**") for _, token in top_level(tokens[1:-1]))


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
        if path in _FUNCTIONS:
            if path == "Number" and not inside(tokens, start):
                return True, "integer"
            return True, _FUNCTIONS[path]
    if before not in (".", "?.", "&.") and not (before == "?" and called):
        return _UNDECIDED
    optional = any(token.text in ("?.", "&.") or (token.text == "?" and token is not tokens[-1]) for token in tokens)
    kind = _of_method(name.text, language, called=called)
    return (True, kind) if kind is not None and not (optional and kind == "boolean") else _UNDECIDED


def _of_method(name: str, language: Language, *, called: bool) -> PropertyType | None:
    if name in _SIZES.get(language, ()):
        return "integer" if called == (language is JAVA) or language in (RUBY, KOTLIN) else None
    if name == "join":
        return "string" if language in _JOIN_IS_STRING and (called or language is RUBY) else None
    if language is RUBY and name.endswith("?"):
        return "boolean"
    if name in _NOT_METHODS.get(language, ()) or (name in _ASKS_ONLY and language not in (SWIFT, KOTLIN, JAVA)):
        return None
    if name in ("format",):
        return "string" if language is PYTHON and called else None
    if called or language is RUBY or (language is SWIFT and name in ("isEmpty", "description")):
        return _METHODS.get(name)
    return None
