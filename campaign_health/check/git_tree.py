"""Reads a git repository: what its base holds and what its work tree holds, and nothing that could run its code.

A repository may be hostile. Its configuration can name programs (file-system monitors, filters, external diffs,
transports), so only plumbing that needs none of them is called, the monitor is switched off, and no transport is
allowed: files of the work tree are read directly, never through git's filters.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from campaign_health.errors import CampaignHealthError

TIMEOUT_SECONDS = 120
_OVERRULED = ("core.fsmonitor=false", "core.untrackedCache=false", "core.pager=cat", "core.quotePath=false")
_SAFE = tuple(part for setting in _OVERRULED for part in ("-c", setting))
_FILES = ("100644", "100755", "100664")


_PARTIAL = "A file of the base is not in this clone."
_WHOLE = "Clone without `--filter`: `fetch-depth: 0` is enough."


class CouldNotCheck(CampaignHealthError):
    """A look-up failed, so that nothing can be said: never the same as all is well."""


@dataclass(frozen=True)
class Entry:
    """A file in a tree: git's mode, and the name of its content."""

    mode: str
    blob: str

    @property
    def is_file(self) -> bool:
        """A plain file: no link, no submodule."""
        return self.mode in _FILES


class Repository:
    """A git repository, read only. Paths are relative to its root, with `/`, as text (`surrogateescape`)."""

    def __init__(self, inside: Path) -> None:
        if not inside.exists():
            raise CouldNotCheck(f"{inside} does not exist.", "Name a folder inside a git repository.")
        start = inside if inside.is_dir() else inside.parent
        self.root = start
        top, shallow = self._run("rev-parse", "--show-toplevel", "--is-shallow-repository").rsplit(b"\n", 2)[:2]
        self.root = Path(os.fsdecode(top))
        self.is_shallow = shallow == b"true"
        self._trees: dict[str, dict[str, Entry]] = {}

    def merge_base(self, revision: str) -> str:
        """The commit at which this work left `revision`.

        Raises:
            CouldNotCheck: the revision is unknown, or nothing connects it with HEAD in what was fetched.
        """
        found = self._try("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found is None:
            self._must_have_a_commit()
            raise CouldNotCheck(
                f"The base revision `{revision}` is not in this repository{' (a shallow clone)' * self.is_shallow}.",
                f"Fetch it: {self._how_to_fetch(revision)}, or `fetch-depth: 0` in the checkout step.",
            )
        base = self._try("merge-base", found.decode().strip(), "HEAD")
        if base is None or not base.strip():
            self._must_have_a_commit()
            if self.is_shallow:
                raise CouldNotCheck(
                    f"This is a shallow clone that does not reach the point where it left `{revision}`.",
                    "Clone with history: `fetch-depth: 0` (GitHub), `GIT_DEPTH: 0` (GitLab), `git fetch --unshallow`.",
                )
            raise CouldNotCheck(f"HEAD and `{revision}` have no common history.", "Name the branch this work left.")
        return base.split()[0].decode()

    def _how_to_fetch(self, revision: str) -> str:
        """The command that git understands: `origin/main` is `main` of the remote `origin`."""
        start = re.split(r"[~^@:]", revision, maxsplit=1)[0]
        if self.is_shallow and start != revision and self._resolves(start):
            return "`git fetch --unshallow`"  # the branch is there, and not so far back
        remotes = (self._try("remote") or b"").decode("utf-8", "replace").split()
        name = start.removeprefix("refs/remotes/").removeprefix("remotes/")
        for remote in sorted({*remotes, "origin"}, key=len, reverse=True):
            if name.startswith(f"{remote}/"):
                branch = name.removeprefix(f"{remote}/")
                # Spelled out, because a clone of one branch would not write down where the other stands.
                return f"`git fetch {remote} {branch}:refs/remotes/{remote}/{branch}`"
        if name in ("", "HEAD"):
            return "`git fetch --unshallow`" if self.is_shallow else "`git fetch --all`"
        remote = "origin" if "origin" in remotes or not remotes else remotes[0]
        if re.fullmatch(r"[0-9a-f]{7,64}", name):
            return f"`git fetch {remote} {name}`" if len(name) >= 40 else "`git fetch --all`"
        return f"`git fetch {remote} {name}:{name}`"

    def _resolves(self, revision: str) -> bool:
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision or 'HEAD'}^{{commit}}")
        return self._try(*asked) is not None

    def _must_have_a_commit(self) -> None:
        if not self._resolves("HEAD"):
            raise CouldNotCheck("The repository has no commit yet, so there is no base.", "Commit first.")

    def files_at(self, commit: str) -> dict[str, Entry]:
        """Every file in a commit."""
        if commit in self._trees:
            return self._trees[commit]
        found = self._trees[commit] = {}
        for record in self._run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            if record:
                about, path = record.split(b"\t", 1)
                mode, _, blob = about.decode().split(" ")[:3]
                found[os.fsdecode(path)] = Entry(mode, blob)
        return found

    def tracked(self) -> dict[str, Entry]:
        """Every file that git tracks in the work tree; one entry for a file in conflict."""
        found = {}
        for record in self._run("ls-files", "-s", "-z", "--full-name", at_root=True).split(b"\0"):
            if record:
                about, path = record.split(b"\t", 1)
                mode, blob, _ = about.decode().split(" ")
                found[os.fsdecode(path)] = Entry(mode, blob)
        return found

    def left_out(self) -> set[str]:
        """Tracked files that a sparse checkout leaves out of the work tree on purpose."""
        records = self._run("ls-files", "-t", "-z", "--full-name", at_root=True).split(b"\0")
        return {os.fsdecode(record[2:]) for record in records if record.startswith(b"S ")}

    def read_work_tree(self, path: str, most: int | None = None) -> bytes | None:
        """A file's content as it lies in the work tree; None if it is absent, no plain file, or over `most` bytes."""
        full = os.path.join(self.root, path)
        try:
            about = os.lstat(full)
            if not stat.S_ISREG(about.st_mode) or (most is not None and about.st_size > most):
                return None
            with open(full, "rb") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise CouldNotCheck(f"{readable(path)} cannot be read: {error.strerror}.", "Make it readable.") from error

    def read_blobs(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The contents of blobs, by one git process."""
        wanted = sorted(set(blobs))
        if not wanted:
            return {}
        output = self._run("cat-file", "--batch", given="\n".join(wanted).encode() + b"\n")
        return dict(_batch(output, wanted))

    def ignored(self, paths: Iterable[str]) -> set[str]:
        """Those of the paths that the repository's ignore rules take, tracked or not."""
        wanted = [path for path in paths if path]
        if not wanted:
            return set()
        given = b"\0".join(os.fsencode(path) for path in wanted) + b"\0"
        output = self._try("check-ignore", "--no-index", "-z", "--stdin", given=given, at_root=True, ok=(0, 1))
        return {os.fsdecode(path) for path in (output or b"").split(b"\0") if path}

    def vendored(self, paths: Iterable[str]) -> set[str]:
        """Those of the paths that `.gitattributes` marks as vendored, the way GitHub reads it."""
        wanted = [path for path in paths if path]
        if not wanted or not os.path.exists(os.path.join(self.root, ".gitattributes")):
            return set()
        given = b"\0".join(os.fsencode(path) for path in wanted) + b"\0"
        output = self._try("check-attr", "-z", "--stdin", "linguist-vendored", given=given, at_root=True) or b""
        fields = output.split(b"\0")
        return {
            os.fsdecode(fields[index])
            for index in range(0, len(fields) - 2, 3)
            if fields[index + 2] in (b"set", b"true")
        }

    def blob_name(self, content: bytes, like: str) -> str:
        """What git would name this content, in the hash that `like` is written in."""
        algorithm = "sha1" if len(like) == 40 else "sha256"
        return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

    def _run(self, *command: str, given: bytes | None = None, at_root: bool = False) -> bytes:
        output = self._try(*command, given=given, at_root=at_root, ok=(0,), complain=True)
        return output or b""

    def _try(
        self,
        *command: str,
        given: bytes | None = None,
        at_root: bool = True,
        ok: tuple[int, ...] = (0,),
        complain: bool = False,
    ) -> bytes | None:
        try:
            done = subprocess.run(  # noqa: S603
                ["git", "--no-pager", *_SAFE, *command],  # noqa: S607
                cwd=self.root,
                input=given,
                stdin=subprocess.DEVNULL if given is None else None,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                env=_environment(os.environ),
                check=False,
            )
        except FileNotFoundError as error:
            raise CouldNotCheck("git is not installed.", "Install git 2.30 or newer.") from error
        except subprocess.TimeoutExpired as error:
            raise CouldNotCheck(
                f"`git {command[0]}` took longer than {TIMEOUT_SECONDS} seconds.", "Try again."
            ) from error
        if done.returncode in ok:
            return done.stdout
        if complain or b"dubious ownership" in done.stderr:
            raise _complaint(self.root, command, done.stderr.decode("utf-8", "replace"))
        return None


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    # A hook passes on where its own repository lies; this one is found from its folder.
    kept = {key: value for key, value in given.items() if not key.startswith("GIT_") or key.startswith("GIT_CONFIG")}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }


def _complaint(root: Path, command: tuple[str, ...], said: str) -> CouldNotCheck:
    if "not a git repository" in said:
        return CouldNotCheck(f"{root} is not in a git repository.", "Run it in a checkout, or name one with --code.")
    if "dubious ownership" in said:
        return CouldNotCheck(
            f"git does not trust {root}: it belongs to another user.",
            f"Run `git config --global --add safe.directory {root}`.",
        )
    if "lazy fetching" in said or "promisor" in said:
        return CouldNotCheck(_PARTIAL, _WHOLE)
    if "must be run in a work tree" in said:
        return CouldNotCheck(f"{root} is a bare repository: it has no work tree.", "Check it out first.")
    first = next((line for line in said.splitlines() if line.strip()), "no reason given")
    return CouldNotCheck(f"`git {command[0]}` failed in {root}: {first}", "Mend the repository, or clone it anew.")


def _batch(output: bytes, wanted: list[str]) -> Iterator[tuple[str, bytes]]:
    at = 0
    for blob in wanted:
        end = output.index(b"\n", at)
        head = output[at:end].split(b" ")
        if len(head) < 3 or head[1] == b"missing":
            raise CouldNotCheck(_PARTIAL, _WHOLE)
        size = int(head[2])
        yield blob, output[end + 1 : end + 1 + size]
        at = end + size + 2


def readable(path: str) -> str:
    """A path that can be printed: bytes that are not UTF-8 are shown as `\\xNN`."""
    return re.sub(r"[\udc80-\udcff]", lambda match: f"\\x{ord(match[0]) - 0xDC00:02x}", path)
