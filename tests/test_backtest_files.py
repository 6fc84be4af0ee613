"""`campaign-health backtest`: where it reads from and writes to, and what stands in the way."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.cli.backtest import command
from tests.backtest_cast import HEADER, RUN, backtest, in_shell, pair

SLOW = pytest.mark.slow("files in the shell")


def test_it_says_nothing_else_on_standard_output_and_writes_files_whole(tmp_path: Path) -> None:
    table, verdicts = tmp_path / "pairs.csv", tmp_path / "verdicts.csv"
    table.write_text(HEADER + "".join(pair("welcome")))
    done = subprocess.run([*RUN, "--pairs", str(table), "--out", str(verdicts)], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    assert verdicts.read_bytes() == backtest(table.read_bytes()).stdout_bytes
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_a_pipe_is_read_like_standard_input(tmp_path: Path) -> None:
    table = tmp_path / "pairs.csv"
    table.write_text(HEADER + "a,2026-01-05,3,1\n")
    script = f"{shlex.join(RUN)} --out - --pairs <(cat {shlex.quote(str(table))})"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == backtest(table.read_bytes()).stdout


@pytest.mark.parametrize("closed", ["--pairs - --out verdicts.csv <&-", "--pairs pairs.csv --out - >&-"])
def test_a_closed_stream_is_named(tmp_path: Path, closed: str) -> None:
    (tmp_path / "pairs.csv").write_text(HEADER + "a,2026-01-05,3,1\n")
    done = in_shell(f"{shlex.join(RUN)} {closed}", tmp_path)
    assert done.returncode == 2
    assert "is closed; give --" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only where there is a device that is always full")
@pytest.mark.parametrize("target", ["- >/dev/full", pytest.param("/dev/full", marks=SLOW)])
def test_a_full_disk_is_said_in_one_line(tmp_path: Path, target: str) -> None:
    (tmp_path / "pairs.csv").write_text(HEADER + "a,2026-01-05,3,1\n")
    done = in_shell(f"{shlex.join(RUN)} --pairs pairs.csv --out {target}", tmp_path)
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may read everything")
@pytest.mark.parametrize("locked", ["pairs.csv", "."])
def test_a_table_that_may_not_be_read_is_said(tmp_path: Path, locked: str) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    table = folder / "pairs.csv"
    table.write_text(HEADER + "a,2026-01-05,3,1\n")
    (folder / locked).chmod(0)
    tmp_path.chmod(0o755)
    # Without its capabilities, root is held to the permissions like anybody else.
    as_anybody = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*as_anybody, *RUN, "--pairs", str(table), "--out", "-"], capture_output=True, text=True, check=False
    )
    folder.chmod(0o700)
    assert done.returncode == 2
    assert f"{table}: this user may not read it" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow("histories judged again")
def test_a_device_and_a_pipe_are_written_to_and_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text(HEADER + "a,2026-01-05,3,1\n")
    pipe, link = tmp_path / "pipe", tmp_path / "null"
    os.mkfifo(pipe)
    link.symlink_to("/dev/null")
    done = in_shell(f"{shlex.join(RUN)} --pairs pairs.csv --out null && (cat pipe & {shlex.join(RUN)} "
                    "--pairs pairs.csv --out pipe; wait)", tmp_path)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == backtest((tmp_path / "pairs.csv").read_bytes()).stdout
    assert pipe.is_fifo()
    assert Path("/dev/null").is_char_device()
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["null", "pairs.csv", "pipe"]


def test_a_link_is_followed_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    table, link, real = tmp_path / "pairs.csv", tmp_path / "link.csv", tmp_path / "real.csv"
    table.write_text(HEADER + "a,2026-01-05,3,1\n")
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to("real.csv")
    done = CliRunner().invoke(command, ["--pairs", str(table), "--out", str(link)])
    assert done.exit_code == 0, done.stderr
    assert link.is_symlink()
    assert real.read_text().startswith("pair_id,date,alert")
    assert real.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "out", ["hard.csv", *(pytest.param(out, marks=SLOW) for out in ("same.csv", "link.csv", "./same.csv"))]
)
@pytest.mark.parametrize("pairs", ["same.csv", "- < same.csv"])
def test_the_table_itself_is_never_overwritten(tmp_path: Path, out: str, pairs: str) -> None:
    table = tmp_path / "same.csv"
    table.write_text(HEADER + "a,2026-01-05,3,1\n")
    (tmp_path / "link.csv").symlink_to(table)
    (tmp_path / "hard.csv").hardlink_to(table)
    done = in_shell(f"{shlex.join(RUN)} --out {out} --pairs {pairs}", tmp_path)
    assert done.returncode == 2
    assert f"--out {out} is the table itself" in done.stderr
    assert table.read_text() == HEADER + "a,2026-01-05,3,1\n"


@pytest.mark.parametrize(
    ("out", "reason"),
    [("outdir", "is a directory"), (".", "is a directory"), ("", "--out is empty"), ("no/such/file", "No such file")],
)
def test_a_target_that_cannot_be_written_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pairs.csv").write_text(HEADER + "a,2026-01-05,3,1\n")
    Path("outdir").mkdir()
    done = CliRunner().invoke(command, ["--pairs", "pairs.csv", "--out", out])
    assert done.exit_code == 2
    assert reason in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outdir", "pairs.csv"]
