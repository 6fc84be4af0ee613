"""The operator's page names errors by the words in which they really come."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "operating.md"
HOLE = "…"


def said_by_the_product() -> list[str]:
    """Every text in the product's code, with a hole where a value is put in."""
    texts = []
    for room in ("campaign_health", "collectors", "storage"):
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = (part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)
                    texts.append("".join(map(str, parts)))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    texts.append(node.value)
    return texts


def test_every_message_of_the_troubleshooting_table_is_one_that_the_product_says() -> None:
    table = PAGE.read_text(encoding="utf-8").split("## Troubleshooting")[1]
    messages = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    assert len(messages) >= 20
    said = said_by_the_product()
    pieces = {message: [piece.strip() for piece in message.split(HOLE) if piece.strip()] for message in messages}
    unknown = [m for m, wanted in pieces.items() if not any(all(piece in text for piece in wanted) for text in said)]
    assert unknown == []
