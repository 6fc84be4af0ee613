"""Which data a message needs, read from its Liquid with a real parser.

Customer.io does not send a message whose variable resolves to nothing, so a property without a fallback is
*required*; one behind a `default` filter, or only tested by a condition, is *optional*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from liquid import Environment, Mode
from liquid.ast import IllegalNode, Node
from liquid.exceptions import LiquidError
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_ILLEGAL, TOKEN_TAG

from .liquid_as_written import as_parsed
from .liquid_walk import NO_CONTEXT, VariableWalk

MAX_MENDED_BLOCKS = 20
_PLAIN = re.compile(r"[^.\[\]\"']+")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
# The parser takes these words for its own also where they name a property, as in `event.limit`; quoted they are names.
_OWN_WORDS = (
    "and as blank by cols contains continue else empty false for if in limit nil not null offset or reversed true with"
)
_OWN_WORD = re.compile(rf"(\"[^\"]*\"|'[^']*')|(?<=[\w\]])\.({'|'.join(_OWN_WORDS.split())})(?![\w-])")
# Tags that the parser reads by itself, and what stands within and at the end of their blocks.
_READ_TAGS = frozenset(Environment().tags) | {"else", "elsif", "when"}
_BLOCK = re.compile(r"\{%-?\s*(if|unless|elsif|for|tablerow)\s+(.*?)-?%\}", re.DOTALL)
_LOOP_OVER = re.compile(r"(\w+)\s+in\b")
_UNCLOSED = re.compile(r"expected tag (end\w+), found end")


@dataclass(frozen=True)
class LiquidUse:
    """What one template needs.

    Attributes:
        required: Variables without which the message fails, like `event.plan` or `customer.first_name`; sorted.
        optional: Variables it uses but can do without: a `default`, or a condition that guards them; sorted.
        problem: The first thing the parser could not read, with its line, or None. The rest is still reported.
    """

    required: list[str]
    optional: list[str]
    problem: str | None = None


def variables_used(text: str | None) -> LiquidUse:
    """The variables of `event`, `customer`, `trigger` and the other data roots that a template uses.

    Loops, captures and assigned variables are followed back to the data they hold; `comment` and `raw` are
    skipped. Filters and tags that the parser does not know are ignored. Never raises for what is in `text`.
    """
    if not text or ("{{" not in text and "{%" not in text):
        return LiquidUse([], [])
    text, mended = as_parsed(text, _READ_TAGS)
    text = _TAG.sub(lambda tag: _OWN_WORD.sub(_in_quotes, tag[0]), text)
    nodes, problem = _parse(text)
    if problem and (readable := _BLOCK.sub(_with_a_condition, text)) != text:
        # A condition that cannot be read must not hide what stands in its block.
        nodes, _ = _parse(readable)
    problem = mended or problem
    walk = VariableWalk()
    try:
        walk.visit(nodes)
    except RecursionError:
        problem = problem or "nested too deeply to be read in full"
    required = {variable_name(path) for path in walk.required}
    optional = {variable_name(path) for path in walk.mentioned} - required
    return LiquidUse(sorted(required), sorted(optional), problem)


def variable_name(path: Sequence[str]) -> str:
    """`("event", "plan name")` as `event.plan name`; a key that holds a dot or bracket is quoted in brackets."""
    return path[0] + "".join(f".{key}" if _PLAIN.fullmatch(key) else f'["{key}"]' for key in path[1:])


def property_of(variable: str, root: str = "event") -> str | None:
    """The top-level property of a variable: `address` for `event.address.city`; None for another root."""
    match = re.match(r"""(?s)\.([^.\[\]"']+)|\["(.*?)"\](?=[.\[]|$)""", variable.removeprefix(root))
    return (match[1] or match[2]) if match and variable.startswith(root) else None


def _in_quotes(match: re.Match[str]) -> str:
    return match[1] or f"['{match[2]}']"


def _with_a_condition(block: re.Match[str]) -> str:
    """The beginning of a block as it is, or, where it cannot be read, one that holds without any data."""
    tag, written = block.groups()
    if tag in ("for", "tablerow"):
        loop = _LOOP_OVER.match(written)
        beginning, ending = f"{{% {tag} {loop[1] if loop else 'item'} in nothing %}}", f"{{% end{tag} %}}"
    else:
        beginning = f"{{% {tag} {'false' if tag == 'unless' else 'true'} %}}"
        ending = "{% endunless %}" if tag == "unless" else "{% endif %}"
    alone = block[0].replace("elsif", "if", 1) if tag == "elsif" else block[0]
    return block[0] if _parse(alone + ending)[1] is None else beginning


class _IgnoredTag(Tag):
    """Stands for every tag the parser does not know, such as Customer.io's own."""

    name = TOKEN_ILLEGAL
    block = False

    def parse(self, stream: TokenStream) -> IllegalNode:
        token = stream.expect(TOKEN_TAG)
        if stream.peek.kind == TOKEN_EXPRESSION:
            next(stream)
        if re.match(r"(end)?(if|unless|for|case|capture|tablerow)$|else$|elsif$|when$", token.value or ""):
            self.env.error(LiquidError(f"'{token.value}' without its beginning", token=token))
        return _IgnoredNode(token)


class _IgnoredNode(IllegalNode):
    """An unknown tag, which is no fault of the template."""


class _NotingEnvironment(Environment):
    """Parses on past an error and keeps the first one."""

    def __init__(self) -> None:
        super().__init__(tolerance=Mode.LAX)
        self.add_tag(_IgnoredTag)
        self.first: LiquidError | None = None
        self.unclosed: str | None = None

    def error(self, exc, msg=None, token=None) -> None:  # type: ignore[no-untyped-def]
        """Note the error instead of raising it."""
        found = exc if isinstance(exc, LiquidError) else exc(msg, token=token)
        self.first = self.first or found
        if self.unclosed is None and (match := _UNCLOSED.search(str(found.args[0] if found.args else ""))):
            self.unclosed = match[1]  # the innermost comes first


def _parse(text: str) -> tuple[list[Node], str | None]:
    problem: str | None = None
    for _ in range(MAX_MENDED_BLOCKS):
        environment = _NotingEnvironment()
        try:
            nodes = environment.from_string(text).nodes
        except LiquidError as error:
            problem = problem or _describe(error, text)
            at = error.token.start_index if error.token else 0
            if at <= 0:
                return [], problem
            text = text[:at]
            continue
        except RecursionError:
            return [], problem or "nested too deeply to be read"
        if environment.first:
            problem = problem or _describe(environment.first, text, nodes)
        if environment.unclosed is None:
            return nodes, problem
        text += "{% " + environment.unclosed + " %}"
    return nodes, problem


def _describe(error: LiquidError, text: str, nodes: Iterable[Node] = ()) -> str:
    message = str(error.args[0] if error.args else error).splitlines()[0]
    at = error.token.start_index if error.token else -1
    if at < 0:  # the parser places an error at the end of an expression nowhere; its node knows
        at = min((node.token.start_index for node in _unread(nodes)), default=-1)
    return message if at < 0 else f"line {text.count(chr(10), 0, at) + 1}: {message}"


def _unread(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, IllegalNode) and not isinstance(node, _IgnoredNode):
            yield node
        yield from _unread(node.children(NO_CONTEXT, include_partials=False))
