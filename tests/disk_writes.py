"""What a process did to the files of a folder, as strace saw it, and what a loss of power leaves of it."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

SECTOR = 512
"""Bytes that a disk writes wholly or not at all."""
STRACE = (
    "strace", "-f", "-y", "-xx", "-s", "100000", "-e",
    "trace=write,pwrite64,ftruncate,fsync,fdatasync,sendto,unlink",
)  # fmt: skip
_STARTED = re.compile(r"(\d+) +(\w+)\((.*)$", re.DOTALL)
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>")
_FILE, _TEXT = re.compile(r"\d+<([^>]*)>"), re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
Step = tuple[Literal["write", "truncate", "sync begins", "sync", "gone", "answer"], str, int, bytes]
"""What was done, to which file (`""`: the folder), at which place or to which length, and with what."""


def may_watch() -> bool:
    """Whether strace is here and may watch what a process does."""
    return shutil.which("strace") is not None and not subprocess.run(["strace", "-o", os.devnull, "true"]).returncode


def steps(log: Path, folder: Path, names: Sequence[str]) -> Iterator[Step]:
    """What happened to these files of a folder, and `answer` for each 200 that was begun to be sent, in their order."""
    syncing: dict[str, str] = {}
    with log.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            resumed = _RESUMED.match(line)
            if resumed and resumed[2] in ("fsync", "fdatasync") and resumed[1] in syncing:
                yield "sync", syncing.pop(resumed[1]), 0, b""
            started = _STARTED.match(line)
            if started is None:
                continue
            thread, call, given = started.groups()
            texts = [_bytes(one) for one in _TEXT.findall(given)]
            if call in ("write", "sendto") and texts and texts[0].startswith(b"HTTP/1.1 200 "):
                yield "answer", "", 0, b""
                continue
            where = _FILE.match(given)
            path = texts[0].decode() if call == "unlink" else _bytes(where[1]).decode() if where else ""
            name = "" if Path(path) == folder else Path(path).name
            if name and (Path(path).parent != folder or name not in names):
                continue
            numbers = re.findall(r"\d+", given.rsplit('"' if texts else ">", 1)[1])
            if call == "pwrite64":
                yield "write", name, int(numbers[1]), texts[0]
            elif call == "ftruncate":
                yield "truncate", name, int(numbers[0]), b""
            elif call == "unlink":
                yield "gone", name, 0, b""
            elif call in ("fsync", "fdatasync"):
                yield "sync begins", name, 0, b""
                if line.rstrip().endswith("<unfinished ...>"):
                    syncing[thread] = name
                else:
                    yield "sync", name, 0, b""
            elif call == "write":
                raise AssertionError(f"{name} is written where it is not said at which place")


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


@dataclass
class _File:
    """What is surely on the disk, and what may be, in any order and torn."""

    sure: bytearray
    is_named: bool = True
    later: list[Step] = field(default_factory=list)
    syncing: int = 0


@dataclass
class Disk:
    """The files of a folder, first as they are there now; `after` each step, `left` is what a loss of power leaves."""

    files: dict[str, _File]

    @classmethod
    def of(cls, folder: Path, names: Sequence[str]) -> Disk:
        """With those of these files that are there."""
        there = [name for name in names if (folder / name).exists()]
        return cls({name: _File(bytearray((folder / name).read_bytes())) for name in there})

    def after(self, step: Step) -> None:
        """Take a step in."""
        what, name, _, _ = step
        if what == "sync" and not name:
            for one in self.files.values():
                one.is_named = True
        elif what == "gone":
            self.files.pop(name, None)
        elif what in ("write", "truncate"):
            self.files.setdefault(name, _File(bytearray(), is_named=False)).later.append(step)
        elif name in self.files:
            file = self.files[name]
            if what == "sync begins":
                file.syncing = len(file.later)
            elif what == "sync":
                for one in file.later[: file.syncing]:
                    _apply(file.sure, one)
                del file.later[: file.syncing]

    def left(self, chance: random.Random | None, share: float) -> dict[str, bytes]:
        """The files by name: what is sure, and of all later writes (in sectors) a share that chance chooses."""
        found = {}
        for name, file in self.files.items():
            if not file.is_named and share == 0.0:
                continue
            data = bytearray(file.sure)
            for what, _, place, content in file.later:
                if what == "truncate":
                    if chance is None or chance.random() < share:
                        _apply(data, (what, name, place, b""))
                    continue
                for begin in range(0, len(content), SECTOR):
                    if chance is None or chance.random() < share:
                        _apply(data, ("write", name, place + begin, content[begin : begin + SECTOR]))
            found[name] = bytes(data)
        return found


def _apply(data: bytearray, step: Step) -> None:
    what, _, place, content = step
    end = place if what == "truncate" else place + len(content)
    if len(data) < end:
        data.extend(bytes(end - len(data)))
    if what == "truncate":
        del data[end:]
    else:
        data[place:end] = content
