"""A call to a service and the service's answer, apart from how they travel."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Call:
    """One request. ``server`` says which official base address it was made to, ``path`` what follows it."""

    server: str
    method: str
    path: str
    target: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes = b""

    def posted(self) -> Any:
        """The JSON that was posted; a refusal where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refusal(json_answer({"meta": {"error": "malformed JSON"}}, 400)) from None

    def is_signed_by(self, user: str, secret: str) -> bool:
        """Whether it names these by HTTP's basic authentication."""
        expected = base64.b64encode(f"{user}:{secret}".encode()).decode()
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "basic" and given.strip() == expected

    def get(self, name: str) -> str | None:
        """The parameter's value; the last one when it is given twice."""
        return next((value for key, value in reversed(self.query) if key == name), None)


@dataclass
class Answer:
    """What a service says, and how its body travels: ``delivery`` is whole, cut, hang, stall or drop."""

    status: int
    body: bytes = b""
    stream: Iterator[bytes] | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delivery: str = "whole"
    seconds: float = 0.0
    cut_content: bool = False


class Service(Protocol):
    """One API of the sandbox."""

    def endpoint(self, call: Call) -> str | None:
        """The dotted name of the endpoint called, or None for an unknown path."""

    def answer(self, call: Call) -> Answer:
        """The answer, authentication and limits included."""


class Refusal(Exception):
    """Ends a call with an error answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer whose body is ``value`` as JSON."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), headers=headers or {})
