"""Does one piece of a round and ends: the schedule and `once` start it (`python -m campaign_health.cli.work`).

It is given its job on standard input and writes what came of it to standard output, as one line of JSON.
"""

from __future__ import annotations

import logging
import os
import pickle
import sys
from contextlib import suppress
from typing import BinaryIO

from campaign_health.cli.terminal.as_a_service import LOG_FORMAT_SETTING
from campaign_health.logs.log_setup import LOG_FORMATS, write_log_lines
from campaign_health.logs.logged_progress import LoggedProgress
from campaign_health.pipeline.progress_sink import ProgressSink
from campaign_health.process.clock import read_clock
from campaign_health.process.life_line import end_with
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.schedule.daily_run import do
from campaign_health.schedule.jobs import Job, JobResult
from storage.file.vanished_volume import remember

_log = logging.getLogger(__name__)


def main(given: BinaryIO) -> int:
    """Does the job that `given` holds, and returns its exit code."""
    try:
        with StopSignals() as signals:
            job: Job = pickle.load(given)  # noqa: S301 (from the process that started this one)
            end_with(given)
            if job.warehouse_seen:
                remember(job.settings.data_dir)
            result = do(job, read_clock(os.environ), _progress(job), signals)
    except Stopped as stopped:
        result = JobResult(exit_code=stopped.exit_code)
    except Exception:
        _log.exception("A piece of a round failed in an unforeseen way.")
        result = JobResult(exit_code=1, problems={"": ["It failed in an unforeseen way; its log says where."]})
    with suppress(OSError):  # whoever wanted to know may be gone
        print(result.to_json(), flush=True)
    return result.exit_code


def _progress(job: Job) -> ProgressSink:
    """Where it is told how far the work is: in lines, as whoever started this one writes them, or for a person."""
    named = os.environ.get(LOG_FORMAT_SETTING)
    form = next((one for one in LOG_FORMATS if one == named), None)
    if form is None:
        from campaign_health.cli.terminal.collecting import CollectingDisplay

        # It is not entered: bars of processes side by side would draw over each other.
        return CollectingDisplay()
    write_log_lines(form, job.settings.secrets())
    return LoggedProgress()


if __name__ == "__main__":
    code = main(sys.stdin.buffer)
    sys.stderr.flush()
    # Requests still in the air hold their threads; nobody waits for their answers.
    os._exit(code)
