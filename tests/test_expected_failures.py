"""Whatever went wrong, wherever: one line and a cure, and no traceback."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from campaign_health.cli import main as command_line
from campaign_health.errors import SettingsError
from campaign_health.sandbox.errors import PortInUse
from collectors.errors import PlanForbids
from storage.errors import BusyError, ExpectedFailure

FAILURES = [
    SettingsError("The setting is wrong.", "Set it right."),
    PortInUse("The port is taken.", "Take another."),
    PlanForbids("The plan forbids it.", "Upgrade.", source="Mixpanel"),
    BusyError("The file is busy.", "Wait."),
    BusyError("The file is busy."),
]


def ended(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> object:
    """The exit code of a command that fails so."""

    def fail(**_: object) -> None:
        raise failure

    monkeypatch.setattr(command_line, "campaign_health", fail)
    with pytest.raises(SystemExit) as exit_:
        command_line.main()
    return exit_.value.code


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: str(failure))
def test_a_failure_of_any_family_is_told_with_its_cure(
    failure: ExpectedFailure, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(failure, monkeypatch) == 2
    told = [f"error: {failure.message}", failure.cure] if failure.cure else [f"error: {failure.message}"]
    assert capsys.readouterr().err.splitlines() == told
    assert str(failure) == " ".join([failure.message, failure.cure]).strip()


def test_names_in_a_failure_cannot_command_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended(SettingsError("\x1b[31mred", "[bold]\x07"), monkeypatch)
    assert "\x1b" not in (told := capsys.readouterr().err)
    assert "\x07" not in told
    assert "[bold]" in told


def test_a_full_disk_is_told_and_any_other_failure_of_the_machine_is_not_hidden(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(OSError(errno.ENOSPC, "full"), monkeypatch) == 2
    assert "There is no room on the disk" in capsys.readouterr().err
    with pytest.raises(OSError, match="strange"):
        ended(OSError(errno.EIO, "strange"), monkeypatch)


def test_the_failures_of_every_layer_load_nothing_heavy() -> None:
    code = (
        "import sys, storage.errors, collectors.errors, campaign_health.sandbox.errors;"
        "print(sorted({'duckdb', 'requests', 'pandas', 'numpy', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
