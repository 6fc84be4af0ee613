"""Does one piece of a round and ends: the schedule and `once` start it (`python -m campaign_health.cli.work`).

It is given its job on standard input and writes what came of it to standard output, as one line of JSON.
"""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from contextlib import suppress
from typing import BinaryIO

from campaign_health.cli.terminal.collecting import CollectingDisplay
from campaign_health.process.clock import read_clock
from campaign_health.process.life_line import end_with
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.schedule.daily_run import do
from campaign_health.schedule.jobs import Job, JobResult
from storage.file.vanished_volume import remember


def main(given: BinaryIO) -> int:
    """Does the job that `given` holds, and returns its exit code."""
    try:
        with StopSignals() as signals:
            job: Job = pickle.load(given)  # noqa: S301 (from the process that started this one)
            end_with(given)
            if job.warehouse_seen:
                remember(job.settings.data_dir)
            # The display is not entered: bars of processes side by side would draw over each other.
            result = do(job, read_clock(os.environ), CollectingDisplay(), signals)
    except Stopped as stopped:
        result = JobResult(exit_code=stopped.exit_code)
    except Exception:
        traceback.print_exc()
        result = JobResult(exit_code=1, problems={"": ["It failed in an unforeseen way; its log says where."]})
    with suppress(OSError):  # whoever wanted to know may be gone
        print(result.to_json(), flush=True)
    return result.exit_code


if __name__ == "__main__":
    code = main(sys.stdin.buffer)
    sys.stderr.flush()
    # Requests still in the air hold their threads; nobody waits for their answers.
    os._exit(code)
