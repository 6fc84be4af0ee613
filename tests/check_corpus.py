"""The changes in `tests/fixtures/check`: real git repositories made of them, and what must be found in each."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from campaign_health.check.findings import CheckResult, Finding
from campaign_health.check.run_check import CheckRequest, run_check

FOLDER = Path(__file__).with_name("fixtures") / "check"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
_EXPECTED = re.compile(
    r"! (?P<note>note )?(?P<rule>\w+) (?P<event>.+?) -> (?P<new>.+?) "
    r"\[(?P<campaigns>.*)\] (?P<base>\S+) => (?P<head>\S+)"
)


@dataclass(frozen=True)
class Expected:
    """One finding that must be there."""

    severity: str
    rule: str
    event: str
    property: str | None
    new_name: str | None
    campaigns: tuple[str, ...]
    base: str | None
    head: str | None


@dataclass
class Case:
    """One change."""

    language: str
    name: str
    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    none_seen: bool = False

    @property
    def label(self) -> str:
        """For test names."""
        return f"{self.language}: {self.name}"


def read_cases() -> list[Case]:
    """Every case of every file."""
    return [case for path in sorted(FOLDER.glob("*.txt")) for case in _parse(path)]


def read_misses() -> list[Case]:
    """Changes that are known to be judged wrongly, with what should be found."""
    return [case for path in sorted((FOLDER / "misses").glob("*.txt")) for case in _parse(path)]


def build(case: Case, folder: Path) -> Path:
    """A git repository with the case's base as a commit on `main`, and the change in its work tree and index."""
    before = {"manifest.yaml": (FOLDER / "manifest.yaml").read_bytes(), **case.before}
    return build_repository(folder, before, case.after, case.deleted)


def build_repository(
    folder: Path, before: dict[str, bytes], after: dict[str, bytes], deleted: list[str] | None = None
) -> Path:
    """A git repository: `before` committed on `main`, then `after` written and `deleted` removed, all tracked."""
    folder.mkdir(parents=True, exist_ok=True)
    run_git(folder, "init", "-q", "-b", "main")
    _write(folder, before)
    run_git(folder, "add", "-A", "-f")
    run_git(folder, "commit", "-q", "-m", "Base")
    _write(folder, after)
    for path in deleted or ():
        (folder / path).unlink()
    if after or deleted:
        run_git(folder, "add", "-A", "-f")
    return folder


def run_git(folder: Path, *command: str, given: bytes | None = None) -> bytes:
    """One git command that must succeed, with no configuration but its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{
            f"GIT_{who}_{what}": f"{what.lower()}@example.test"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    done = subprocess.run(["git", *command], cwd=folder, env=environment, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def check(folder: Path, base: str | None = "main") -> CheckResult:
    """The check of a repository against its base."""
    return run_check(CheckRequest(manifest=folder / "manifest.yaml", now=NOW, code=folder, base=base))


def as_expected(finding: Finding) -> Expected:
    """A finding in the shape of the table."""

    def place(file: str | None, line: int | None) -> str | None:
        return f"{file}:{line}" if file else None

    return Expected(
        finding.severity,
        finding.rule,
        finding.event or "",
        finding.property,
        finding.new_name,
        finding.campaigns,
        place(finding.file, finding.line),
        place(finding.head_file, finding.head_line),
    )


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def _parse(path: Path) -> list[Case]:
    cases: list[Case] = []
    target: tuple[dict[str, bytes], str, str] | None = None
    lines: list[str] = []

    def close() -> None:
        if target:
            files, name, encoding = target
            files[name] = ("\n".join(lines).rstrip("\n") + "\n").encode(encoding)

    for line in path.read_text(encoding="utf-8").splitlines():
        mark, rest = line[:4], line[4:]
        if mark in ("=== ", "--- ", "+++ ", "xxx ") or line in ("ok", "none seen") or line.startswith("! "):
            close()
            target, lines = None, []
        if mark == "=== ":
            cases.append(Case(path.stem, rest))
        elif mark in ("--- ", "+++ "):
            name, _, encoding = rest.partition(" ")
            target = (cases[-1].before if mark == "--- " else cases[-1].after, name, encoding or "utf-8")
        elif mark == "xxx ":
            cases[-1].deleted.append(rest)
        elif line == "none seen":
            cases[-1].none_seen = True
        elif line.startswith("! "):
            cases[-1].expected.append(_expected(line, path))
        elif target:
            lines.append(line)
    close()
    return cases


def _expected(line: str, path: Path) -> Expected:
    match = _EXPECTED.fullmatch(line)
    assert match, f"{path.name}: cannot read {line!r}"
    rule, event = match["rule"], match["event"]
    inside = event.rpartition(".") if rule.startswith("property_") else None

    def said(text: str) -> str | None:
        return None if text == "-" else text

    return Expected(
        severity="note" if match["note"] else "violation",
        rule=rule,
        event=inside[0] if inside else event,
        property=inside[2] if inside else None,
        new_name=said(match["new"]),
        campaigns=tuple(name for name in match["campaigns"].split("; ") if name),
        base=said(match["base"]),
        head=said(match["head"]),
    )
