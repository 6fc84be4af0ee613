"""The Dockerfile's steps, really executed: in a root folder over this machine's, as the users that it names.

This machine stands for the base image. A step sees its files and may change them; what it writes lies in a folder of
the test (overlayfs), and the machine stays as it is.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE_SECONDS = 300
TOOLS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
Step = tuple[str, str]


def _tool(name: str) -> str | None:
    """Where a tool of this machine's is: the image's own path need not lead to it."""
    return shutil.which(name, path=TOOLS)


def read_steps(text: str) -> list[Step]:
    """The instructions of a Dockerfile with their arguments, in order; comments and broken lines are put right."""
    whole = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in whole.splitlines() if line)]


def in_json(text: str) -> list[str]:
    """The words of `["a", "b"]`."""
    words = json.loads(text)
    assert isinstance(words, list)
    return words


def why_not_here(folder: Path) -> str | None:
    """Why steps cannot be executed on this machine; None where they can."""
    if sys.platform != "linux" or os.geteuid() != 0 or not all(map(_tool, ("unshare", "setpriv", "useradd"))):
        return "the image's steps need Linux, root, unshare, setpriv and useradd"
    done = Stage(folder / "probe").run("true", PATH=TOOLS)
    return None if done.returncode == 0 else f"no root folder over this machine's: {done.stderr.strip()}"


@dataclass
class Stage:
    """One stage of an image while it is built."""

    folder: Path
    directory: str = "/"
    user: str = "0:0"
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("written", "work", "root"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def written(self, path: str) -> Path:
        """Where a file is that a step wrote under this path."""
        return self.folder / "written" / path.lstrip("/")

    def execute(self, step: Step, context: Path, stages: Mapping[str, Stage]) -> None:
        """One instruction of the build."""
        name, rest = step
        if name == "RUN":
            done = self.run(rest, **_of_the_builder())
            assert done.returncode == 0, f"RUN {rest}\n{done.stderr}"
        elif name == "COPY":
            *sources, target = [word for word in rest.split() if not word.startswith("--")]
            stage = re.match(r"--from=(\S+)", rest)
            for source in sources:
                origin = stages[stage[1]].written(source) if stage else context / source
                reached = self.written(os.path.join(self.directory, target))
                # Hard links: nothing changes what was copied, and it is much.
                shutil.copytree(origin, reached, symlinks=True, dirs_exist_ok=True, copy_function=_link)
        elif name == "WORKDIR":
            self.directory = rest
            self.written(rest).mkdir(parents=True, exist_ok=True)
        elif name == "USER":
            self.user = rest
        elif name == "ENV":
            variable, _, value = rest.partition("=")
            self.variables[variable] = value

    def run(self, script: str, **more: str) -> subprocess.CompletedProcess[str]:
        """What `/bin/sh -c` says of the script, as the stage's user in its directory."""
        command = self.command(script)
        return subprocess.run(
            command, env={**self.variables, **more}, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )

    def command(self, script: str) -> list[str]:
        """The command line that runs the script there; what it mounts is gone when it ends."""
        root, user, group = self.folder / "root", *self.user.split(":")
        layers = f"lowerdir=/,upperdir={self.folder / 'written'},workdir={self.folder / 'work'}"
        inside = f"cd {shlex.quote(self.directory)} && {script}"
        rights = f"{_tool('setpriv')} --reuid={user} --regid={group} --clear-groups --no-new-privs"
        enter = f"exec {_tool('chroot')} {root} {rights} /bin/sh -c {shlex.quote(inside)}"
        mounts = f"mount -t overlay overlay -o {layers} {root} && mount --rbind /proc {root}/proc"
        return [
            str(_tool("unshare")),
            "--mount",
            "/bin/sh",
            "-c",
            f"{mounts} && mount --rbind /dev {root}/dev && {enter}",
        ]

    def let_everybody_use_python(self) -> None:
        """This machine's interpreter may lie in somebody's home, which an image's does not."""
        opened = Path(os.path.realpath(sys.executable))
        script = "".join(f"chmod o+x {shlex.quote(str(parent))};" for parent in opened.parents)
        assert self.run(script, PATH=TOOLS).returncode == 0


def _link(source: str, target: str) -> None:
    os.link(source, target, follow_symlinks=False)


def _of_the_builder() -> dict[str, str]:
    """A build has the network of whoever builds, and the base image's `python` comes first."""
    return {**os.environ, "PATH": f"{Path(os.path.realpath(sys.executable)).parent}:{os.environ['PATH']}"}


def build_image(dockerfile: Path, context: Path, folder: Path) -> tuple[Stage, dict[str, list[str]]]:
    """Executes every stage; the last one, and what it says of running it (`ENTRYPOINT`, `CMD`, `HEALTHCHECK`)."""
    stages: dict[str, Stage] = {}
    says: dict[str, list[str]] = {}
    stage = None
    for name, rest in read_steps(dockerfile.read_text(encoding="utf-8")):
        if name == "FROM":
            title = rest.rpartition(" AS ")[2] if " AS " in rest else "last"
            stage = stages[title] = Stage(folder / title)
            stage.let_everybody_use_python()
            says = {}
        elif name in ("ENTRYPOINT", "CMD"):
            says[name] = in_json(rest)
        elif name == "HEALTHCHECK":
            says[name] = in_json(rest.partition("CMD ")[2])
        elif stage is not None:
            stage.execute((name, rest), context, stages)
    assert stage is not None
    return stage, says
