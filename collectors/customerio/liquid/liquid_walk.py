"""Walks a parsed Liquid template and tells the data it must have from the data it may have."""

from __future__ import annotations

from collections.abc import Iterable

from liquid.ast import ConditionalBlockNode, Node
from liquid.builtin.expressions import FilteredExpression, Path, TernaryFilteredExpression
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.case_tag import CaseNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.tablerow_tag import TablerowNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.context import RenderContext
from liquid.expression import Expression

from .liquid_guards import Guards, guards_of

Keys = tuple[str, ...]

DATA_ROOTS = frozenset({"event", "customer", "trigger", "journey", "objects", "object", "relationship"})
_DEFAULTS = frozenset({"default"})


class VariableWalk:
    """Collects `required` and `mentioned` paths, each a tuple of keys that begins with a data root."""

    def __init__(self) -> None:
        self.required: set[Keys] = set()
        self.mentioned: set[Keys] = set()
        # What a local name stands for: the data it was assigned from, or None for text and loop items.
        self._locals: dict[str, Keys | None] = {}

    def visit(self, nodes: Iterable[Node], known: frozenset[Keys] = frozenset()) -> None:
        """Visit nodes in order; `known` are the paths that a condition around them has found to be there."""
        for node in nodes:
            if isinstance(node, AssignNode):
                self._assign(node, known)
            elif isinstance(node, CaptureNode):
                self.visit([node.block], known)
                self._locals[str(node.name)] = None
            elif isinstance(node, (IfNode, UnlessNode)):
                self._condition(node, known)
            elif isinstance(node, CaseNode):
                self._case(node, known)
            elif isinstance(node, (ForNode, TablerowNode)):
                self._loop(node, known)
            else:
                for expression in node.expressions():
                    self._use(expression, known)
                self._children(node, known)

    def _children(self, node: Node, known: frozenset[Keys]) -> None:
        self.visit(node.children(NO_CONTEXT, include_partials=False), known)

    def _assign(self, node: AssignNode, known: frozenset[Keys]) -> None:
        expression, name = node.expression, str(node.name)
        if (
            isinstance(expression, FilteredExpression)
            and isinstance(expression.left, Path)
            and not {f.name for f in expression.filters or ()} & _DEFAULTS
        ):
            # Needed only where the local name is: `{% assign p = event.plan %}{{ p | default: "free" }}`.
            self._use(expression, known, must=False)
            self._locals[name] = self.resolve(expression.left)
        else:
            self._use(expression, known)
            self._locals[name] = None

    def _condition(self, node: IfNode | UnlessNode, known: frozenset[Keys]) -> None:
        self._use(node.condition, known, must=False)
        guards = guards_of(node.condition, self.resolve)
        if isinstance(node, UnlessNode):
            guards = Guards(guards.otherwise, guards.when)
        self.visit([node.consequence], known | guards.when)
        known |= guards.otherwise
        for alternative in node.alternatives:
            known = self._alternative(alternative, known)
        if node.default:
            self.visit([node.default], known)

    def _alternative(self, node: ConditionalBlockNode, known: frozenset[Keys]) -> frozenset[Keys]:
        self._use(node.expression, known, must=False)
        guards = guards_of(node.expression, self.resolve)
        self.visit([node.block], known | guards.when)
        return known | guards.otherwise

    def _case(self, node: CaseNode, known: frozenset[Keys]) -> None:
        self._use(node.expression, known, must=False)
        subject = self.resolve(node.expression)
        for block in node.blocks:
            for expression in block.expressions():
                for child in expression.children():
                    self._use(child, known, must=False)
            matched = block.__class__.__name__ != "BlockNode"
            self.visit(block.children(NO_CONTEXT), known | {subject} if matched and subject else known)

    def _loop(self, node: ForNode | TablerowNode, known: frozenset[Keys]) -> None:
        self._use(node.expression, known)
        item = str(node.expression.identifier)
        before = {name: self._locals.get(name) for name in (item, "forloop", "tablerowloop")}
        hidden = {name for name in before if name in self._locals}
        self._locals.update(dict.fromkeys(before))
        self.visit([node.block], known)
        for name, value in before.items():
            if name in hidden:
                self._locals[name] = value
            else:
                del self._locals[name]
        if isinstance(node, ForNode) and node.default:
            self.visit([node.default], known)

    def _use(self, expression: Expression, known: frozenset[Keys], *, must: bool = True) -> None:
        if isinstance(expression, FilteredExpression):
            filters = expression.filters or ()
            defaults = [place for place, one in enumerate(filters) if one.name in _DEFAULTS]
            self._use(expression.left, known, must=must and not defaults)
            for place, one in enumerate(filters):
                # What a default gives may be missing where another default follows.
                is_needed = must and not any(later > place for later in defaults)
                for given in one.children():
                    self._use(given, known, must=is_needed)
        elif isinstance(expression, TernaryFilteredExpression):
            guards = guards_of(expression.condition, self.resolve)
            self._use(expression.condition, known, must=False)
            self._use(expression.left, known | guards.when, must=must)
            if expression.alternative:
                self._use(expression.alternative, known | guards.otherwise, must=must)
        elif isinstance(expression, Path):
            for part in expression.path:
                if isinstance(part, Path):
                    self._use(part, known, must=must)
            if (keys := self.resolve(expression)) is not None:
                self.mentioned.add(keys)
                if must and not any(_covers(guard, keys) for guard in known):
                    self.required.add(keys)
        else:
            for child in expression.children():
                self._use(child, known, must=must)

    def resolve(self, expression: Expression) -> Keys | None:
        """The data path behind an expression, through local names; None when it is no data of ours."""
        if isinstance(expression, FilteredExpression):
            expression = expression.left
        if not isinstance(expression, Path):
            return None
        keys: list[str] = []
        for part in expression.path:
            if not isinstance(part, str):  # an index or a computed key: what follows is inside the list or object
                break
            keys.append(str(part))
        if not keys:
            return None
        if keys[0] in self._locals:
            behind = self._locals[keys[0]]
            keys = [*behind, *keys[1:]] if behind else []
        if len(keys) > 2 and keys[-1] == "size":
            keys.pop()
        return tuple(keys) if len(keys) > 1 and keys[0] in DATA_ROOTS else None


def _covers(guard: Keys, keys: Keys) -> bool:
    """Whether finding `guard` says that `keys` is there: the same path, or either inside the other."""
    shorter = min(len(guard), len(keys))
    return guard[:shorter] == keys[:shorter]


class _NoContext:
    """Children are asked for without partials, so that no context is ever read."""


NO_CONTEXT: RenderContext = _NoContext()  # type: ignore[assignment]
