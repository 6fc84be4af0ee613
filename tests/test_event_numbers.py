"""The route's numbers in a terminal of 80 columns: every name whole, and no column without a number in it."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from campaign_health.cli.of_route.event_numbers import event_numbers

LONG = "subscription_upgrade_abandoned"


def printed(*rows: tuple[str, str, str, dict[str, int]]) -> str:
    out = StringIO()
    Console(file=out, width=80).print(event_numbers(rows))
    return out.getvalue()


def test_a_long_name_stays_whole_beside_all_that_there_is_to_tell() -> None:
    said = printed(("default", LONG, "shadow", {"shadowed": 1_234_567, "waiting": 12}))
    assert LONG in said
    assert "1,234,567" in said
    assert max(map(len, said.splitlines())) <= 80
    assert "Workspace" not in said
    assert "Had it already" not in said


def test_workspaces_are_told_where_there_are_several() -> None:
    said = printed(("eu", "a", "live", {}), ("us", "a", "off", {"expired": 3}))
    assert [line.split()[0] for line in said.splitlines()] == ["Workspace", "eu", "us"]
    assert "Expired" in said
