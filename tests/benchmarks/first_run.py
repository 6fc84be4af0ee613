"""The first run with one's own data as the README tells it, from an empty folder: commands, seconds, what each says.

`python -m tests.benchmarks.first_run`         the wheel, built and installed by pip, against the stand-in services
`python -m tests.benchmarks.first_run --said`  with every word that the commands print, to be read as a newcomer would

The services keep their rate limits, so that a collection takes as long as with an account of the demo's size.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.installs import install
from tests.browser import free_port
from tests.installed_cast import ROOT, build_wheel, wheel_in

PATIENCE_SECONDS = 900
VERDICT = "status"
"""The command after which a newcomer has read the first verdict on their own campaigns."""


@dataclass(frozen=True)
class Step:
    """One line of the guide: how long it took in seconds, its exit code and what it said."""

    command: str
    seconds: float
    exit_code: int
    said: str


def guide() -> list[str]:
    """The commands of the README's section, without its remarks: installing and the keys first, which are done here."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    section = page.partition("\n## Running it with your own data\n")[2].partition("\n## ")[0]
    (block,) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [line.partition(" #")[0].strip() for line in block.splitlines()]


def own_commands(lines: Sequence[str]) -> list[str]:
    """Those that are typed after the keys are set."""
    return [line for line in lines if line.startswith("campaign-health ")]


@contextmanager
def stand_in_services(commands: Path, folder: Path, *world: str) -> Iterator[dict[str, str]]:
    """The variables that a newcomer sets, of services that run meanwhile; `world` are further options of theirs."""
    with (folder / "sandbox.log").open("w") as log:
        process = subprocess.Popen(
            [str(commands / "campaign-health"), "sandbox", "--port", "0", "--json", *world],
            cwd=folder, env={"PATH": f"{commands}:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"},
            stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            told = ""
            for line in process.stdout:
                told += line
                if line.startswith("}"):
                    break
            yield json.loads(told)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def first_run(commands: Path, folder: Path, keys: Mapping[str, str], lines: Sequence[str]) -> list[Step]:
    """Does what the guide says in a folder, with the program whose commands are in `commands`, and times each line."""
    environment = {"PATH": f"{commands}:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", **keys}
    return [
        (_until_it_answers if line == "campaign-health up" else _whole)(line, folder, environment) for line in lines
    ]


def _whole(line: str, folder: Path, environment: Mapping[str, str]) -> Step:
    began = time.perf_counter()
    done = subprocess.run(
        ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
        check=False,
    )  # fmt: skip
    return Step(line, time.perf_counter() - began, done.returncode, done.stdout + done.stderr)


def _until_it_answers(line: str, folder: Path, environment: Mapping[str, str]) -> Step:
    """Until the page is served; then it is stopped. The exit code is 0 where the page came."""
    port, health = free_port(), free_port()
    began = time.perf_counter()
    with (folder / "up.log").open("w+") as log:
        process = subprocess.Popen(
            [*line.split(), "--port", str(port), "--health-port", str(health)],
            cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            executable=str(Path(environment["PATH"].partition(":")[0]) / "campaign-health"),
        )  # fmt: skip
        try:
            answered = _answers(f"http://127.0.0.1:{port}/", process)
            seconds = time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=120)
        log.seek(0)
        return Step(line, seconds, 0 if answered else 1, log.read())


def _answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.2)
    return False


def seconds_to_verdict(steps: Sequence[Step]) -> float:
    """From the first command to the end of the one that shows how the campaigns are."""
    last = max(number for number, step in enumerate(steps) if VERDICT in step.command)
    return sum(step.seconds for step in steps[: last + 1])


def main() -> None:
    """Prints each command with its seconds and exit code, and the minutes to the first verdict."""
    with tempfile.TemporaryDirectory() as made:
        room = Path(made)
        build_wheel(room)
        seconds = install(room / "env", f"{wheel_in(room)}[monitor]", room / "cache")
        commands, folder = room / "env" / "bin", room / "own"
        folder.mkdir()
        with stand_in_services(commands, room) as keys:
            steps = [
                Step("pip install", seconds, 0, ""),
                *first_run(commands, folder, keys, own_commands(guide())),
            ]
        for step in steps:
            print(f"{step.seconds:7.1f} s  exit {step.exit_code}  $ {step.command}")
            if "--said" in sys.argv:
                print("".join(f"           {line}\n" for line in step.said.splitlines()))
        print(f"{seconds_to_verdict(steps) / 60:7.1f} min to the first verdict, {len(steps)} commands")
        written = sorted(path.name for path in folder.iterdir() if path.is_file())
        print(f"files in the folder: {', '.join(written)}; {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
