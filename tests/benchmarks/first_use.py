"""The first use of `check` as the guide tells it, from a repository that knows nothing of it: commands, seconds, YAML.

`python -m tests.benchmarks.first_use`
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.check_corpus import build_repository, run_git

ROOT = Path(__file__).resolve().parents[2]
CODE = {
    "web/analytics.ts": b"""\
import mixpanel from "mixpanel-browser";
export function trackEvent(name: string, properties: object) { mixpanel.track(name, properties); }
""",
    "web/signup.ts": b"""\
import { trackEvent } from "./analytics";
export function finish(plan: string) { trackEvent("trial_started", { plan: String(plan), seats: 3 }); }
""",
    "server/billing.py": b"""\
def paid(user, amount):
    mixpanel.track(user.id, "invoice_paid", {"amount": float(amount)})
""",
}
RENAMED = ("web/signup.ts", b'"trial_started"', b'"trial_begun"')
WORKFLOW = ".github/workflows/campaign-health.yml"


@dataclass(frozen=True)
class Step:
    """One command: what it is, how long it took in seconds, its exit code and what it said."""

    command: str
    seconds: float
    exit_code: int
    said: str


@dataclass(frozen=True)
class FirstUse:
    """All steps, and the lines of YAML that a person writes: campaigns and the workflow."""

    steps: list[Step]
    campaign_lines: int
    workflow_lines: int


def section() -> str:
    """The guide's section."""
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    return page.partition("\n## Five minutes\n")[2].partition("\n## ")[0]


def blocks(language: str) -> list[str]:
    """The section's blocks of code in a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", section(), re.DOTALL)


def first_use(folder: Path) -> FirstUse:
    """Makes a repository in a folder and does in it what the guide says; the last command meets a renamed event."""
    home = folder / "home"
    home.mkdir()
    command = home / "campaign-health"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m campaign_health "$@"\n')
    command.chmod(0o755)
    repository = build_repository(folder / "shop", CODE, {})
    environment = {
        "PATH": f"{home}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(home),
        "LANG": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "me@example.test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }  # fmt: skip
    campaigns, workflow = blocks("yaml")
    begin, try_it, keep, meet = blocks("sh")
    steps = _run(begin, repository, environment)
    manifest = repository / "manifest.yaml"
    drafted = manifest.read_text(encoding="utf-8")
    edited = re.sub(r"^campaigns:\n(?:#.*\n)*", lambda _: campaigns, drafted, flags=re.MULTILINE)
    assert edited != drafted
    manifest.write_text(edited, encoding="utf-8")
    steps += _run(try_it, repository, environment)
    (repository / WORKFLOW).parent.mkdir(parents=True)
    (repository / WORKFLOW).write_text(workflow, encoding="utf-8")
    steps += _run(keep, repository, environment)
    path, old, new = RENAMED
    (repository / path).write_bytes((repository / path).read_bytes().replace(old, new))
    steps += _run(meet, repository, environment)
    run_git(repository, "checkout", "-q", "--", path)
    return FirstUse(steps, len(campaigns.splitlines()), len(workflow.splitlines()))


def _run(script: str, folder: Path, environment: dict[str, str]) -> list[Step]:
    steps = []
    for line in script.splitlines():
        begin = time.perf_counter()
        done = subprocess.run(
            ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        steps.append(Step(line, time.perf_counter() - begin, done.returncode, done.stdout + done.stderr))
    return steps


def main() -> None:
    """Prints each command with its seconds, and the lines of YAML."""
    with tempfile.TemporaryDirectory() as folder:
        used = first_use(Path(folder))
    for step in used.steps:
        print(f"{step.seconds:6.2f} s  exit {step.exit_code}  $ {step.command}")
    print(f"{sum(step.seconds for step in used.steps):6.2f} s  in {len(used.steps)} commands")
    print(f"lines of YAML to write: {used.campaign_lines} (campaigns) + {used.workflow_lines} (workflow)")


if __name__ == "__main__":
    main()
