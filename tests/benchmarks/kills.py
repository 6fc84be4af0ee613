"""What survives when a schedule of three workspaces is killed again and again.

`python -m tests.benchmarks.kills [kills] [seed]`, by default 100: `kill -9` at random instants of whole rounds, two of
three times of the schedule itself, else of one of the processes that do its work. After each: no process is left
behind, the published file can be read whole, and no count in it stands beside an older verdict. At the end one round
must make up for everything.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from storage.file.whole_copy import is_readable
from tests.rounds_cast import Company, running_company, verdicts_rest_on_their_counts
from tests.test_round_kills import NAMES, children, has_published, runs

LONGEST_TO_END = 25.0


def main(kills: int = 100, seed: int = 1) -> None:
    """Kills so many times and prints what was tried and what survived; exit 1 where anything did not."""
    draw = random.Random(seed)
    tried: Counter[str] = Counter()
    survived: Counter[str] = Counter()
    longest = 0.0
    with (
        tempfile.TemporaryDirectory() as place,
        running_company(Path(place), NAMES, CAMPAIGN_HEALTH_WORKSPACES_AT_ONCE="3") as company,
    ):
        for number in range(1, kills + 1):
            schedule = company.start("run")
            time.sleep(draw.uniform(0.5, 10.0))
            pieces = children(schedule.pid)
            what = "a piece of its work" if pieces and draw.random() < 1 / 3 else "the schedule"
            if what == "the schedule":
                schedule.kill()
            else:
                with suppress(ProcessLookupError):
                    os.kill(draw.choice(pieces), signal.SIGKILL)
                time.sleep(draw.uniform(0.0, 3.0))
                schedule.kill()
            schedule.communicate()
            begun = time.monotonic()
            while any(map(runs, pieces)) and time.monotonic() - begun < LONGEST_TO_END:
                time.sleep(0.05)
            longest = max(longest, time.monotonic() - begun)
            tried[what] += 1
            survived[what] += not any(map(runs, pieces)) and _is_whole(company)
            if number % 20 == 0:
                print(f"after {number}: {survived.total()} of {tried.total()} survived", flush=True)
        done = company.run("once")
        leftovers = [path.name for path in company.data_dir.iterdir() if "unfinished" in path.name]
        good = done.returncode == 0 and not leftovers and _is_whole(company)
        good &= company.rows("SELECT count(DISTINCT workspace) FROM verdict") == [(len(NAMES),)]
    for what in sorted(tried):
        print(f"kill -9 of {what}: {survived[what]} of {tried[what]} survived")
    print(f"longest until its work had ended, too: {longest:.1f} s")
    print(f"one round afterwards: {'all three workspaces whole' if good else f'NOT whole: {done.stderr}'}")
    sys.exit(0 if good and survived == tried else 1)


def _is_whole(company: Company) -> bool:
    """Whether the published file, where there is one, is whole, and no count in it stands beside an older verdict."""
    if not has_published(company):
        return True
    return is_readable(company.data_dir / "campaign_health.duckdb") and all(
        verdicts_rest_on_their_counts(company).values()
    )


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
