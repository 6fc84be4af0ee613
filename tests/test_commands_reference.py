"""What the command line says of itself: the reference in the docs, guesses, help."""

from __future__ import annotations

import shlex
import subprocess
import sys
from types import FunctionType

import pytest
from click.testing import CliRunner

from campaign_health.cli.main import COMMANDS, campaign_health
from tests.write_references import DOCS, commands_reference, settings_reference


@pytest.mark.parametrize(
    ("name", "made"),
    [("settings.md", settings_reference), ("commands.md", commands_reference)],
    ids=["settings", "commands"],
)
def test_the_reference_in_the_docs_is_what_the_code_says(name: str, made: FunctionType) -> None:
    # In a process of its own: click remembers the help option of a command that another test has called alone.
    program = f"import sys; from tests.write_references import {made.__name__} as made; sys.stdout.write(made())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=DOCS.parent, capture_output=True, encoding="utf-8", check=True
    )
    assert (DOCS / name).read_text(encoding="utf-8") == done.stdout, "run `make docs`"


def test_a_command_that_is_nearly_right_is_guessed() -> None:
    done = CliRunner().invoke(campaign_health, ["statuss"])
    assert done.exit_code == 2
    assert "No such command 'statuss'. Did you mean status?" in done.stderr
    assert "Did you mean" not in CliRunner().invoke(campaign_health, ["xyzzy"]).stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_ends_with_an_example_that_is_a_command(name: str) -> None:
    text = CliRunner().invoke(campaign_health, [name, "--help"]).stdout
    assert text.count("Example: ") == 1
    example = " ".join(text.split("Example: ")[1].split()).removeprefix("campaign-health ")
    assert example.split()[0] == name
    context = campaign_health.make_context("campaign-health", shlex.split(example), resilient_parsing=True)
    command = campaign_health.get_command(context, name)
    assert command is not None
    command.make_context(name, shlex.split(example)[1:])
