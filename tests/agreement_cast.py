"""Asks `status`, the digest and the dashboard the same questions, each through its own way in, and compares."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.digest_data import Digest, SectionName
from campaign_health.alerts.digest.situation_reads import read_situation
from campaign_health.cli.main import campaign_health
from campaign_health.process.clock import local_day
from campaign_health.state.unchecked import in_short
from campaign_health.state.workspace_state import read_workspace
from campaign_health.words.dates import days_text
from campaign_health.words.source_names import source_names
from storage.file.database import Warehouse, open_published
from tests.browser import APP

CHANNEL = "slack"
LOUD = (SectionName.NEW, SectionName.STILL_BROKEN)
MUTED = r"(\d+) (?:more (?:is|are)|campaigns? (?:is|are) broken and) muted"
UNCHECKED = r"\*\*(.*?) could not be checked(.*?)\.\*\* (.*) What is missing"


@dataclass(frozen=True)
class Said:
    """What one surface says: the loud campaigns in order, the others as a set, the money, what is old or unknown, and
    what people make of each.
    """

    broken: tuple[str, ...]
    quiet: frozenset[str]
    muted: int
    money: str
    stale: tuple[str, ...]
    unchecked: tuple[tuple[str, str], ...]
    handled: frozenset[tuple[str, str]]


def check_agreement(folder: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asserts that all surfaces agree about the data directory `data` in the folder, which is the working folder."""
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", now.isoformat())
    with open_published(folder / "data") as connection:
        names = [name for (name,) in connection.execute("SELECT workspace FROM workspace ORDER BY ALL").fetchall()]
    assert names
    (folder / "campaign-health.toml").write_text("".join(f"[workspace.{name}]\n" for name in names))
    for name in names:
        status = status_says(name)
        for surface in (digest_says(folder, name, now), dashboard_says(name, several=len(names) > 1)):
            assert not (found := differing(surface, status)), (name, found)


def differing(said: Said, status: Said) -> dict[str, tuple[object, object]]:
    """What is said otherwise than by `status`: both, by the name of what it is about."""
    return {key: (own, vars(status)[key]) for key, own in vars(said).items() if own != vars(status)[key]}


def status_says(workspace: str) -> Said:
    result = CliRunner().invoke(campaign_health, ["status", "--json", "--workspace", workspace], catch_exceptions=False)
    found = json.loads(result.stdout)
    campaigns = {kind: tuple(one["campaign"] for one in found[kind]) for kind in ("broken", "muted", "expected")}
    assert found["counts"].get("muted", 0) == len(campaigns["muted"])
    assert sum(found["counts"].get(kind, 0) for kind in ("silent", "event_lost", "degraded")) == len(
        campaigns["broken"]
    )
    return Said(
        campaigns["broken"],
        frozenset(campaigns["muted"] + campaigns["expected"]),
        len(campaigns["muted"]),
        money_in(found["sentence"]),
        tuple(found["stale"]),
        tuple(sorted((about(one), one["said"]) for one in found["unchecked"])),
        handled((one["campaign"], one["handling"]) for kind in campaigns for one in found[kind]),
    )


def about(unchecked: dict[str, Any]) -> str:
    names = unchecked["campaigns"]
    title = in_short(names) if names else source_names(unchecked["sources"])
    days = [unchecked[name] and date.fromisoformat(unchecked[name]) for name in ("first_day", "last_day")]
    return named_on(title, *days)


def named_on(title: str, first: date | None, last: date | None) -> str:
    return f"{title}, {days_text(first, last, last)}" if first and last else title


def digest_says(folder: Path, workspace: str, now: datetime) -> Said:
    with Warehouse(folder / "data").read() as connection:
        zone = read_workspace(connection, workspace).zone
        situation = read_situation(connection, workspace, CHANNEL, now)
    digest = build_digest(situation, announcement_id="a", kind="digest", today=local_day(now, zone), dashboard_url=None)
    loud = [named_in(digest, name) for name in LOUD]
    order = {one.campaign: place for place, one in enumerate(situation.incidents)}
    for part in loud:
        assert list(part) == sorted(part, key=order.__getitem__)
    broken = tuple(sorted((name for part in loud for name in part), key=order.__getitem__))
    counted = re.findall(r"(\d+) (?:campaigns? )?(?:has|have|is still|are still) broken", digest.headline)
    assert sum(map(int, counted)) == len(broken)
    muted = re.search(MUTED, digest.headline)
    section = digest.section(SectionName.COULD_NOT_CHECK)
    failed = section.failures if section else ()
    return Said(
        broken,
        frozenset(named_in(digest, SectionName.MUTED)),
        int(muted.group(1)) if muted else 0,
        money_in(digest.headline),
        digest.stale,
        tuple(sorted((named_on(one.title, one.first_day, one.last_day), one.said) for one in failed)),
        handled((item.campaign, item.handling) for section in digest.sections for item in section.items),
    )


def named_in(digest: Digest, name: SectionName) -> tuple[str, ...]:
    section = digest.section(name)
    return (*(item.campaign for item in section.items), *section.others) if section else ()


def dashboard_says(workspace: str, *, several: bool) -> Said:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key in ("open", "quiet"):
        app.session_state[f"all_{key}"] = True
    if several:
        app.query_params["workspace"] = workspace
    app.run()
    assert not app.exception
    html = [str(part.proto.body) for part in app.main.get("html")]
    warnings, texts = [one.value for one in app.warning], [one.value for one in app.markdown]
    expanders = [one.label for one in app.expander]
    app.session_state["view"] = "Table"
    app.run()
    assert not app.exception
    (heading,) = [unescape(part) for part in html if part.startswith("<h1")]
    muted = re.search(MUTED, heading)
    hushed = [int(number) for label in expanders for number in re.findall(r"(\d+) incidents? muted or inten", label)]
    named = [name_on(part) for part in html if ">Cost</dt>" in part]
    loud = len(named) - sum(hushed)
    return Said(
        tuple(named[:loud]),
        frozenset(named[loud:]),
        int(muted.group(1)) if muted else 0,
        money_in(heading),
        tuple(plain(one).split(".** ")[1].split(" What has happened since")[0] for one in warnings),
        tuple(
            sorted(
                (f"{found[1]}{found[2]}", found[3]) for text in texts if (found := re.search(UNCHECKED, plain(text)))
            )
        ),
        handled(table_of(app)),
    )


def handled(found: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """What people make of each campaign; those of which nobody said anything left out."""
    return frozenset((campaign, said) for campaign, said in found if said not in ("", "–"))


def table_of(app: AppTest) -> list[tuple[str, str]]:
    """Each campaign with its handling, as the table of all campaigns has them."""
    (table,) = [one.value for one in app.dataframe if "Handling" in one.value]
    return list(zip(table["Campaign"].map(str), table["Handling"].fillna("").map(str), strict=True))


def name_on(card: str) -> str:
    found = re.search(r"<h2[^>]*>(.*?)</h2>", card)
    assert found
    return unescape(re.sub(r"<[^>]*>", "", found.group(1)))


def plain(markdown: object) -> str:
    return re.sub(r"\\(.)", r"\1", str(markdown))


def money_in(sentence: str) -> str:
    """What a week costs, with its unknowns; of a sentence's part, so that its first letter does not matter."""
    found = re.search(r"about (\$[\d,]+ a week at risk(?: \(\d+ ha\w+ no deal value set\))?)", sentence, re.I)
    return found.group(1) if found else ""
