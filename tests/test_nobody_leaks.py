"""A whole day with known people: only the asked-for file holds one, and only the route's own file their hashes."""

from __future__ import annotations

import json
import logging
import re
import time
from pathlib import Path

import pytest
import requests

from campaign_health.judge.judging import judge_all
from campaign_health.sandbox.world.people import address_of
from storage.file.database import Warehouse, open_published
from tests.collecting_cast import SIGNED_UP, Installation
from tests.recovery_cast import MANIFEST_NAME, WELCOME, company_at_hand, run_command, truth
from tests.reports_cast import KEY, listening, report, send
from tests.test_dashboard_states import drawn
from tests.test_dashboard_states import said as drawn_text

DECLARED = f"""\
events:
  "{SIGNED_UP}":
    properties:
      plan: {{type: string, required: true}}
"""


def run(*words: str) -> str:
    return run_command(*words).output


@pytest.mark.slow("recoveries")
def test_after_a_day_of_everything_nobody_is_anywhere_but_in_the_file_that_was_asked_for(
    silent_company: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    company = company_at_hand(silent_company, tmp_path, monkeypatch)
    (tmp_path / MANIFEST_NAME).write_text((tmp_path / MANIFEST_NAME).read_text() + DECLARED)
    people = truth(company.sandbox.world)
    everybody = {person for some in people.values() for person in some}
    marked = re.compile(
        "|".join(rf"\b{re.escape(one)}\b" for one in everybody | {address_of(one) for one in everybody})
    )
    asked_for = tmp_path / "people.csv"
    with caplog.at_level(logging.DEBUG):
        said = run("decide", str(WELCOME), "renamed", "--by", "Ada")
        said += run("route", "recover", str(WELCOME), "--write", str(asked_for))
        replayed = json.loads(run("route", "recover", str(WELCOME), "--way", "replay", "--json"))["reachable_by_way"]
        sending = ("--send", "--canary-minutes", "0.1", "--people")
        said += run("route", "recover", str(WELCOME), "--way", "replay", *sending, str(replayed))
        left = json.loads(run("route", "recover", str(WELCOME), "--json"))["can_be_reached"]
        said += run("route", "recover", str(WELCOME), "--send", "--people", str(left))
        said += run("route", "proof", "--all")
        told = [
            report(number) | {"data": report(number)["data"] | {
                "identifiers": {"id": person, "email": address_of(person), "cio_id": "a1"}, "customer_id": person,
                "recipient": address_of(person), "campaign_id": WELCOME,
                "failure_message": f"550 no such mailbox {address_of(person)}",
            }, "metric": "bounced" if number % 2 else "sent"}
            for number, person in enumerate(sorted(everybody)[:20])
        ]  # fmt: skip
        with listening(tmp_path, "--prove-every", "0", CUSTOMERIO_REPORTING_SIGNING_KEY=KEY) as (url, process):
            assert {send(url, one) for one in told} == {200}
            said += requests.get(f"{url}/healthz", timeout=20).text
            process.terminate()
            assert process.stderr is not None
            time.sleep(1)
            said += process.stderr.read()
        assert company.collect().exit_code() == 0
        judge_all(Warehouse(company.data_dir), company.settings(), company.sandbox.now)
        said += run("status", "--json") + run("digest", "--dry-run") + run("explain", str(WELCOME))
        said += run("backup", str(tmp_path / "backup.duckdb")) + run("doctor", "--help")
        pages = drawn_text(drawn()) + drawn_text(drawn("campaign", campaign=str(WELCOME)))
    assert "can still be reached" in said
    for what, text in (("printed", said), ("page", pages), ("log", caplog.text)):
        assert not marked.findall(text), what
    assert len(set(marked.findall(asked_for.read_text()))) > 100, "the file that was asked for has them"
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != asked_for:
            assert not marked.findall(path.read_bytes().decode("latin-1")), path
    with open_published(company.data_dir) as connection:
        texts = connection.execute(
            "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() "
            "WHERE NOT internal AND data_type LIKE '%VARCHAR%'"
        ).fetchall()
        assert len(texts) > 100
        for table, column in texts:
            rows = connection.execute(f'SELECT "{column}"::VARCHAR FROM {table}').fetchall()
            found = [row[0] for row in rows if row[0] and marked.search(row[0])]
            assert not found, (table, column)
