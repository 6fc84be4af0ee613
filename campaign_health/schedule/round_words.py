"""What is said of a round's pieces, on one line each."""

from __future__ import annotations

from campaign_health.schedule.child_process import ChildProcess
from campaign_health.schedule.jobs import Job, JobResult


def where(workspace: str) -> str:
    """The beginning of a line that is about a workspace."""
    return "" if workspace == "default" else f"{workspace}: "


def begins(job: Job) -> str:
    """That a collection begins."""
    return f"{where(job.workspaces[0])}{'refresh' if job.kind == 'refresh' else 'collection'} begins."


def problem_lines(job: Job, result: JobResult) -> list[str]:
    """What went wrong, each with the piece of work that it is of where it does not say so itself."""
    return [
        problem if name and job.kind in ("publish", "tell") else f"{_what(job)}: {problem}"
        for name, problems in result.problems.items()
        for problem in problems
    ]


def why_it_ended(child: ChildProcess) -> str:
    """Why a process ended that did not say what came of it."""
    if child.was_too_long:
        return "it did not end in its time, and was ended."
    return f"it ended before it could say what came of it (exit code {child.exit_code})."


def _what(job: Job) -> str:
    words = {"collect": "The collection", "refresh": "The refresh", "tell": "The digest"}
    return "Publishing" if job.kind == "publish" else f"{words[job.kind]} of {job.workspaces[0]}"
