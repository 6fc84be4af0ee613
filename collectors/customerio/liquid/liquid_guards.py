"""What a Liquid condition says about the data it tests: which of it must be there when it holds, or fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from liquid.builtin.expressions import BooleanExpression, Literal, Nil
from liquid.builtin.expressions.logical import (
    ContainsExpression,
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LogicalAndExpression,
    LogicalNotExpression,
    LogicalOrExpression,
    LtExpression,
    NeExpression,
)
from liquid.builtin.expressions.primitive import Blank, Empty, FalseLiteral
from liquid.expression import Expression

Keys = tuple[str, ...]
_ORDERED = (GeExpression, GtExpression, LeExpression, LtExpression, ContainsExpression)


@dataclass(frozen=True)
class Guards:
    """Paths that are surely there `when` the condition holds, and `otherwise`."""

    when: frozenset[Keys] = frozenset()
    otherwise: frozenset[Keys] = frozenset()


def guards_of(condition: Expression, resolve: Callable[[Expression], Keys | None]) -> Guards:
    """Read a condition; `resolve` gives the data path behind an expression, or None."""
    if isinstance(condition, BooleanExpression):
        return guards_of(condition.expression, resolve)
    if isinstance(condition, LogicalNotExpression):
        inner = guards_of(condition.right, resolve)
        return Guards(inner.otherwise, inner.when)
    if isinstance(condition, LogicalAndExpression):
        left, right = guards_of(condition.left, resolve), guards_of(condition.right, resolve)
        return Guards(left.when | right.when, left.otherwise & right.otherwise)
    if isinstance(condition, LogicalOrExpression):
        left, right = guards_of(condition.left, resolve), guards_of(condition.right, resolve)
        return Guards(left.when & right.when, left.otherwise | right.otherwise)
    if isinstance(condition, EqExpression):
        return _equality(condition.left, condition.right, resolve)
    if isinstance(condition, NeExpression):
        equal = _equality(condition.left, condition.right, resolve)
        return Guards(equal.otherwise, equal.when)
    if isinstance(condition, _ORDERED):
        sides = {resolve(condition.left), resolve(condition.right)} - {None}
        return Guards(when=frozenset(side for side in sides if side))
    path = resolve(condition)
    return Guards(when=frozenset({path})) if path else Guards()


def _equality(left: Expression, right: Expression, resolve: Callable[[Expression], Keys | None]) -> Guards:
    path, other = (resolve(left), right) if resolve(left) else (resolve(right), left)
    if path is None:
        return Guards()
    if isinstance(other, (Nil, Blank, Empty)):
        # Something that is neither nil nor blank is there.
        return Guards(otherwise=frozenset({path}))
    if isinstance(other, Literal) and not isinstance(other, FalseLiteral):
        return Guards(when=frozenset({path}))
    return Guards()
