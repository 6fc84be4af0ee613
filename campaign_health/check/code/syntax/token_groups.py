"""Tokens in groups: what a bracket holds, what commas part, which expression a name is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from campaign_health.check.code.syntax.piece import Token

OPEN = {"(": ")", "{": "}", "[": "]", "%w[": "]", "%i[": "]", "%w(": ")", "%i(": ")", "${": "}", "#{": "}"}
CLOSE = frozenset(OPEN.values())
_IN_TYPES = frozenset({",", ".", "?", "[", "]", "<", ":", "&", "|", "*", "@"})
_GOES_ON_AFTER = frozenset(
    {
        *("=", ":=", "+", "-", "*", "/", "%", "|", "||", "&", "&&", "?", "??", "?:", ":", "<", ">", "<=", ">="),
        *("==", "===", "!=", "!==", "=>", "->", ".", "?.", ",", "!", "!!", "<<", "...", "**", "!in", "!is"),
        *("and", "or", "not", "in", "is", "to", "as", "new", "await", "return", "else", "if", "unless"),
    }
)
_GOES_ON_WITH = frozenset(
    {
        *(".", "?.", "&.", "::", "+", "*", "/", "%", "|", "||", "&&", "?", "??", "?:", ":", "=>"),
        *("==", "===", "!=", "!==", "<=", ">=", "and", "or", "is", "in", "as", "to", "else", "satisfies"),
    }
)


def opens(token: Token) -> bool:
    """Whether a token is a bracket that opens."""
    return not token.is_string and token.text in OPEN


def closes(token: Token) -> bool:
    """Whether a token is a bracket that closes."""
    return not token.is_string and token.text in CLOSE


def closing(tokens: Sequence[Token], at: int) -> int:
    """The index of the bracket that closes the one at `at`; the number of tokens where none does."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += opens(tokens[index]) - closes(tokens[index])
        if depth == 0:
            return index
    return len(tokens)


def opener_of(tokens: Sequence[Token], at: int) -> int | None:
    """The index of the bracket that the token at `at` stands in; None if it stands in none."""
    depth = 0
    for index in range(at - 1, -1, -1):
        depth += closes(tokens[index]) - opens(tokens[index])
        if depth < 0:
            return index
    return None


def type_arguments_end(tokens: Sequence[Token], at: int) -> int | None:
    """The index after `<…>` where the `<` at `at` opens the arguments of a type; None where it only compares."""
    if at == 0 or tokens[at].text != "<" or not (tokens[at - 1].is_name and tokens[at - 1].text[0].isalpha()):
        return None
    depth = 0
    for index in range(at, len(tokens)):
        token = tokens[index]
        if token.text in (">", ">>", ">>>") and not token.is_string:
            depth -= len(token.text)
            if depth <= 0:
                follows = tokens[index + 1].text if index + 1 < len(tokens) else ""
                return (
                    index + 1
                    if follows in ("", "(", "{", ",", ">", ")", "=") or tokens[at - 1].text[0].isupper()
                    else None
                )
        elif token.text == "<":
            depth += 1
        elif not (token.is_name or token.text in _IN_TYPES or token.text == "string"):
            return None
    return None


def top_level(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The tokens outside all brackets and type arguments, brackets that open among them."""
    index = 0
    while index < len(tokens):
        token = tokens[index]
        after = type_arguments_end(tokens, index) if token.text == "<" else None
        if after is not None:
            index = after
            continue
        yield index, token
        index = closing(tokens, index) + 1 if opens(token) else index + 1


def split(tokens: Sequence[Token], *separators: str) -> list[list[Token]]:
    """The parts between separators that stand outside all brackets; empty parts are left out."""
    parts: list[list[Token]] = []
    start = 0
    for index, token in top_level(tokens):
        if token.text in separators and not token.is_string:
            parts.append(list(tokens[start:index]))
            start = index + 1
    parts.append(list(tokens[start:]))
    return [part for part in parts if part]


def inside(tokens: Sequence[Token], at: int) -> list[Token]:
    """What stands between the bracket at `at` and the one that closes it."""
    return list(tokens[at + 1 : closing(tokens, at)])


def is_whole(tokens: Sequence[Token], bracket: str) -> bool:
    """Whether the tokens are one pair of brackets and what it holds."""
    return bool(tokens) and opens(tokens[0]) and tokens[0].text == bracket and closing(tokens, 0) == len(tokens) - 1


def expression_from(tokens: Sequence[Token], start: int) -> list[Token]:
    """The expression that begins at `start`: to the end of its statement, argument or bracket."""
    found: list[Token] = []
    index = start
    while index < len(tokens):
        token = tokens[index]
        if closes(token) or (token.text in (";", ",") and not token.is_string):
            break
        if found and _begins_a_line(found[-1], token):
            break
        end = closing(tokens, index) if opens(token) else (type_arguments_end(tokens, index) or index + 1) - 1
        found += tokens[index : end + 1]
        index = end + 1
    return found


def _begins_a_line(before: Token, token: Token) -> bool:
    if token.line <= before.line + before.text.count("\n"):
        return False
    return not (before.text in _GOES_ON_AFTER or token.text in _GOES_ON_WITH) or (before.is_string and token.is_name)


def text_of(tokens: Sequence[Token]) -> str:
    """An expression without its layout and its kind of quotes, to compare it with another."""
    return " ".join(repr(token.value) if token.value is not None else token.text for token in tokens)
