"""Where the commands write: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console

results = Console(highlight=False, soft_wrap=True)
notes = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Writes `value` as JSON to standard output, for programs; dates as ISO 8601."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))
