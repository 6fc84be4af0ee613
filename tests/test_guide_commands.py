"""What the guide tells people to type, to set and to read is what the program has."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from campaign_health.alerts.channels import slack_bot, slack_webhook
from campaign_health.cli.main import campaign_health
from campaign_health.settings.catalogue import BY_NAME

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SLACK = ROOT / "docs/slack-admin.md"
SHELL = re.compile(r"^ *```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
PROGRAM = "campaign-health"
ENDS = "&|;()<>\n"


def told_commands(page: Path) -> Iterator[list[str]]:
    """The words behind `campaign-health` of each command in the page's blocks of shell."""
    for block in SHELL.findall(page.read_text(encoding="utf-8")):
        text = re.sub(r"(^|\s)#.*$", "", block.replace("\\\n", " "), flags=re.MULTILINE)
        words = shlex.shlex(text, posix=True, punctuation_chars=ENDS)
        words.whitespace, words.whitespace_split, words.commenters = " \t", True, ""
        command: list[str] = []
        for word in [*words, ";"]:
            if word[0] not in ENDS:
                command.append(word)
                continue
            if command[:1] == [PROGRAM]:
                yield command[1:]
            command = []


def parse(words: list[str]) -> None:
    """Reads a command as the program does, without running it; click.UsageError where it would not."""
    group, context = campaign_health, None
    while words:
        context = click.Context(group, info_name=PROGRAM, parent=context)
        _, command, words = group.resolve_command(context, words)
        assert command is not None
        inner = command.make_context(command.name, list(words), parent=context)
        if not isinstance(command, click.Group):
            return
        group, context, words = command, inner, [*inner._protected_args, *inner.args]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_in_a_block_of_shell_can_be_typed(page: Path) -> None:
    for words in told_commands(page):
        parse(words)


def test_a_command_that_is_not_there_would_be_seen() -> None:
    with pytest.raises(click.UsageError):
        parse(["decide", "Upgrade offer", "mended", "--by", "Ada"])
    with pytest.raises(click.UsageError):
        parse(["route", "recovers"])


def test_the_slack_admins_page_names_settings_that_there_are() -> None:
    named = set(re.findall(r"\b[A-Z]+_[A-Z_]+\b", SLACK.read_text(encoding="utf-8")))
    assert {"SLACK_CHANNEL", "CAMPAIGN_HEALTH_DIGEST_DAYS"} <= named
    assert named <= set(BY_NAME)


def test_the_slack_admins_page_says_of_a_refusal_what_the_program_says() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", SLACK.read_text(encoding="utf-8"), re.MULTILINE)
    told = [code for code, cure in rows if cure in (slack_bot.CURES.get(code), slack_webhook.CURES.get(code))]
    assert "not_in_channel" in told
    assert told == [code for code, _ in rows if code.islower()][-len(told) :]
    assert len(told) == 6


def test_the_sign_of_life_on_the_slack_admins_page_is_the_one_that_is_sent() -> None:
    (shown,) = re.findall(r"```text\n(.*?)```", SLACK.read_text(encoding="utf-8"), re.DOTALL)
    assert (ROOT / "tests/golden/digest/all_clear.txt").read_text(encoding="utf-8").startswith(shown)
