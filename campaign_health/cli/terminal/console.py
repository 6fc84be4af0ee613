"""Where the commands write: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from io import TextIOWrapper
from typing import Any

from rich.console import Console

results = Console(highlight=False, soft_wrap=True)
notes = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Writes `value` as JSON to standard output, for programs; dates as ISO 8601."""
    writes_all = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json.dumps(value, indent=2, ensure_ascii=not writes_all, default=str))


def replace_unwritable_signs() -> None:
    """Where a terminal or a file takes only some signs (an old locale), others come out as `?`, not as a crash."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
