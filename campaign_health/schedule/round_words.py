"""What is said of a round's pieces, on one line each."""

from __future__ import annotations

from campaign_health.schedule.child_process import ChildProcess
from campaign_health.schedule.jobs import Job, JobResult


class Line(str):
    """What is said of a round, with what is to be known of it besides.

    Attributes:
        workspace: whose it is, None where it is nobody's alone.
        is_trouble: whether somebody should look at it.
        failure: the failure that it is of, where its place in the program is worth telling.
    """

    __slots__ = ("failure", "is_trouble", "workspace")

    workspace: str | None
    is_trouble: bool
    failure: BaseException | None

    def __new__(
        cls, text: str, workspace: str | None = None, *, is_trouble: bool = False, failure: BaseException | None = None
    ) -> Line:
        """The line `text`, which begins with the workspace where that has a name."""
        line = super().__new__(cls, text if workspace is None else f"{where(workspace)}{text}")
        line.workspace, line.is_trouble, line.failure = workspace, is_trouble, failure
        return line


def trouble(text: str, workspace: str | None = None, failure: BaseException | None = None) -> Line:
    """A line that somebody should look at."""
    return Line(text, workspace, is_trouble=True, failure=failure)


def where(workspace: str) -> str:
    """The beginning of a line that is about a workspace."""
    return "" if workspace == "default" else f"{workspace}: "


def begins(job: Job) -> Line:
    """That a collection begins."""
    return Line(f"{'refresh' if job.kind == 'refresh' else 'collection'} begins.", job.workspaces[0])


def problem_lines(job: Job, result: JobResult) -> list[Line]:
    """What went wrong, each with the piece of work that it is of where it does not say so itself."""
    lines = []
    for name, problems in result.problems.items():
        for problem in problems:
            line = trouble(problem if name and job.kind in ("publish", "tell") else f"{_what(job, name)}: {problem}")
            line.workspace = name or None
            lines.append(line)
    return lines


def why_it_ended(child: ChildProcess) -> str:
    """Why a process ended that did not say what came of it."""
    if child.was_too_long:
        return "it did not end in its time, and was ended."
    return f"it ended before it could say what came of it (exit code {child.exit_code})."


def _what(job: Job, workspace: str) -> str:
    if job.kind == "publish":
        return "Publishing"
    if job.kind == "share":
        return f"{where(workspace) if workspace else ''}sharing"
    words = {"collect": "The collection", "refresh": "The refresh", "tell": "The digest"}
    return f"{words[job.kind]} of {job.workspaces[0]}"
