"""Rounds of several workspaces, each piece of work a real process: none holds another, and pages never disagree."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from campaign_health.pipeline import Order, collect_once
from campaign_health.process.clock import read_clock
from campaign_health.process.collect_lock import collecting
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.sandbox.slack.slack_service import running_slack
from campaign_health.schedule import child_process, round_plan, supervisor
from campaign_health.schedule.daily_run import judge_and_publish
from campaign_health.schedule.due_work import Task
from campaign_health.schedule.jobs import Ended, Job, JobResult
from campaign_health.schedule.one_round import run_once
from campaign_health.schedule.supervisor import Supervisor
from storage.file.database import Warehouse
from tests.collecting_cast import Notes
from tests.rounds_cast import WORKER, running_company, verdicts_rest_on_their_counts

NAMES = ("acme", "bolt", "crux")


def collecting_now(work: Supervisor) -> set[str]:
    """The workspaces that are being collected."""
    return {job.workspaces[0] for job, _ in work.at_work if job.kind in ("collect", "refresh")}


@pytest.mark.slow("rounds")
def test_no_published_file_has_new_counts_beside_old_verdicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One workspace hangs in the middle of its sends; nobody waits, so it is published again and again meanwhile."""
    monkeypatch.setattr(round_plan, "PATIENCE", 1.0)
    with running_company(tmp_path, NAMES) as company:
        assert run_once(company.settings(), WORKER, Notes().note, StopSignals(), company.environment).exit_code() == 0
        for sandbox in company.sandboxes.values():
            sandbox.set_now(sandbox.now.replace(day=sandbox.now.day + 1))
        company.environment["CAMPAIGN_HEALTH_NOW"] = company.sandboxes["acme"].environment["CAMPAIGN_HEALTH_NOW"]
        company.sandboxes["acme"].fail("hang", endpoint="customerio.metrics", at="every", campaign=2, times=None)
        work = Supervisor(company.settings(), WORKER, company.environment, Notes().note)
        for name in NAMES:
            work.submit(Task(name, "collect"))
        publications: list[JobResult] = []
        with StopSignals() as signals:
            deadline = time.monotonic() + 60
            while len(publications) < 2 and time.monotonic() < deadline:
                ended = work.step(1.0, signals)
                if ended is not None and ended.job.kind == "publish":
                    publications.append(ended.result)
                    assert set(verdicts_rest_on_their_counts(company).values()) == {True}
                    if len(publications) == 1:
                        assert "acme" in collecting_now(work), "it hangs while the others are published"
                        work.submit(Task("bolt", "refresh"))
            work.stop()
        assert len(publications) == 2
        with Warehouse(company.data_dir).read() as connection:
            halves = connection.execute(
                "SELECT outcome FROM collection WHERE workspace = 'acme' ORDER BY started_at DESC LIMIT 8"
            ).fetchall()
        assert {outcome for (outcome,) in halves} == {"complete", "partial", "failed"}, "it was in the middle"
        assert set(verdicts_rest_on_their_counts(company).values()) == {True}, "also where a stop ended it"


@pytest.mark.slow("rounds")
def test_what_is_saved_while_it_judges_is_judged_before_it_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_company(tmp_path, ["acme"]) as company:
        settings, now = company.settings(), read_clock(company.environment)
        events = Order(sources=frozenset({"customerio_campaigns", "mixpanel_events"}))
        collect_once(settings, events, now, Notes(), publish=False)
        real, saved = Warehouse.open_and_publish, list[bool]()

        def after_another_save(warehouse: Warehouse, *arguments: Any) -> Any:
            if not saved:
                saved.append(True)
                sends = Order(sources=frozenset({"customerio_metrics"}))
                collect_once(settings, sends, now, Notes(), publish=False)
            return real(warehouse, *arguments)

        monkeypatch.setattr(Warehouse, "open_and_publish", after_another_save)
        assert judge_and_publish(Job("publish", settings, ("acme",)), now).published
        assert saved
        assert company.rows("SELECT count(*) FROM campaign_day WHERE sent IS NOT NULL") == [(30,)]
        assert verdicts_rest_on_their_counts(company) == {"acme": True}


@pytest.mark.slow("rounds")
def test_one_that_drips_holds_neither_the_mornings_nor_the_digests_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(round_plan, "PATIENCE", 3.0)
    monkeypatch.setattr(supervisor, "MARGIN_SECONDS", 2.0)
    with running_slack() as slack:
        extra = {
            "SLACK_WEBHOOK_URL": slack.webhook_url, "CAMPAIGN_HEALTH_DIGEST_DAYS": "all",
            "CAMPAIGN_HEALTH_DIGEST_AT": "06:45", "CAMPAIGN_HEALTH_RUN_MINUTES": "0.5",
        }  # fmt: skip
        with running_company(tmp_path, NAMES, **extra) as company:
            company.sandboxes["acme"].fail("hang", endpoint="customerio", at="every", times=None)
            work = Supervisor(company.settings(), WORKER, company.environment, Notes().note)
            for name in NAMES:
                work.submit(Task(name, "collect"))
                work.submit(Task(name, "tell"))
            told: dict[str, bool] = {}
            with StopSignals() as signals:
                while not work.is_idle:
                    ended = work.step(1.0, signals)
                    if ended is not None and ended.job.kind == "tell":
                        told.setdefault(ended.job.workspaces[0], "acme" in collecting_now(work))
                work.stop()
        assert told == dict.fromkeys(NAMES, True), "also its own digest goes out with what is there"
        assert len(slack.messages) >= len(NAMES)


@pytest.mark.slow("rounds")
def test_what_does_not_end_is_ended_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that heeds no signal: it is killed, and the others' round is not held."""
    monkeypatch.setattr(supervisor, "MARGIN_SECONDS", 1.0)
    monkeypatch.setattr(child_process, "SECONDS_TO_END", 1.0)
    deaf = (
        "import signal, sys, time, pickle; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "job = pickle.load(sys.stdin.buffer);"
        "time.sleep(600) if job.kind == 'collect' else print('{\"published\": true}')"
    )
    told: list[str] = []
    with running_company(tmp_path, ["acme"], CAMPAIGN_HEALTH_RUN_MINUTES="0.01") as company:
        begun = time.monotonic()
        environment = {**company.environment, "PYTHONPATH": str(Path(__file__).parents[1])}
        done = run_once(company.settings(), (sys.executable, "-c", deaf), told.append, StopSignals(), environment)
    assert time.monotonic() - begun < 30
    assert done.exit_code() == 1
    assert "The collection of acme: it did not end in its time, and was ended." in told
    assert [result.published for result in done.published] == [True]


@pytest.mark.slow("rounds")
def test_a_round_of_many_is_published_once(tmp_path: Path) -> None:
    with running_company(tmp_path, ("acme", "bolt", "crux", "dune")) as company:
        done = run_once(company.settings(), WORKER, Notes().note, StopSignals(), company.environment)
        assert done.exit_code() == 0
        assert len(done.published) == 1
        assert company.rows("SELECT number FROM publication") == [(1,)]


@pytest.mark.slow("rounds")
def test_one_that_is_collected_by_hand_is_left_out_and_told(tmp_path: Path) -> None:
    told: list[str] = []
    with running_company(tmp_path, ("acme", "bolt")) as company:
        (company.data_dir).mkdir()
        with collecting(company.data_dir, ["acme"]):
            done = run_once(company.settings(), WORKER, told.append, StopSignals(), company.environment)
        assert done.exit_code() == 1
        assert any("Another run is in progress for workspace acme" in line for line in told)
        assert company.rows("SELECT DISTINCT workspace FROM verdict") == [("bolt",)]


class StopsAfterTheWait(StopSignals):
    """A stop that comes after a step's wait, before the step takes what ended meanwhile."""

    entered = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        self.entered += 1
        if self.entered % 2 == 0:
            raise Stopped(signal.SIGTERM)
        yield


def test_a_stop_between_the_end_of_a_piece_and_its_taking_ends_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    with running_company(tmp_path, ["acme"]) as company:
        work = Supervisor(company.settings(), (sys.executable, "-c", "print('{}')"), {}, told.append)
        work.submit(Task("acme", "collect"))
        with monkeypatch.context() as patience:
            patience.setattr(supervisor, "LOOK_AFTER_SECONDS", 60.0)
            with pytest.raises(Stopped):
                work.step(60.0, StopsAfterTheWait())
        stopping = threading.Thread(target=work.stop, daemon=True)
        stopping.start()
        stopping.join(15)
    assert not stopping.is_alive()
    assert work.at_work == []
    assert told == ["acme: collection begins."]


def test_what_was_unjudged_is_judged_also_where_its_next_collection_is_refused(tmp_path: Path) -> None:
    """Nothing of it is published beside an older verdict."""
    refuses = (
        "import json, pickle, sys; job = pickle.load(sys.stdin.buffer); refused = {'exit_code': 2, 'refused': 'held'};"
        "print(json.dumps({'published': True} if job.kind == 'publish' else refused))"
    )
    with running_company(tmp_path, ["acme"]) as company:
        environment = {"PYTHONPATH": str(Path(__file__).parents[1])}
        work = Supervisor(company.settings(), (sys.executable, "-c", refuses), environment, Notes().note)
        work.judge_anew(["acme"])
        work.submit(Task("acme", "collect"))
        ended: list[Ended] = []
        with StopSignals() as signals:
            while not work.is_idle:
                ended += [one for one in [work.step(1.0, signals)] if one is not None]
    assert [(one.job.kind, one.job.workspaces) for one in ended] == [("collect", ("acme",)), ("publish", ("acme",))]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux to count open files")
@pytest.mark.slow("rounds")
def test_many_rounds_leave_no_thread_and_no_open_file_behind(tmp_path: Path) -> None:
    """Pieces that say nothing and end at once: what is counted is what watching them leaves behind."""
    with running_company(tmp_path, ("acme", "bolt")) as company:
        work = Supervisor(company.settings(), ("/bin/true",), {}, Notes().note)
        seen: list[tuple[int, int]] = []
        with StopSignals() as signals:
            for _ in range(40):
                for name in ("acme", "bolt"):
                    work.submit(Task(name, "collect"))
                while not work.is_idle:
                    work.step(0.2, signals)
                threads = sum(thread.name.startswith(("collect", "publish")) for thread in threading.enumerate())
                seen.append((threads, len(list(Path("/proc/self/fd").iterdir()))))
    assert max(threads for threads, _ in seen) <= 2
    assert max(files for _, files in seen[-5:]) <= max(files for _, files in seen[:5]) + 2
