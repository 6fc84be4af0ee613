"""Does one piece of a round as `campaign_health.cli.work` does, without the collectors' own pace."""

from __future__ import annotations

import os
import sys

from campaign_health.cli.work import main
from collectors.http.pacing import Pace

Pace.wait = lambda *_: None  # type: ignore[method-assign,assignment]

if __name__ == "__main__":
    code = main(sys.stdin.buffer)
    sys.stderr.flush()
    os._exit(code)
