"""A workspace is collected once at a time, different ones side by side; some work needs all; one schedule runs."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from campaign_health.errors import CouldNotStart
from campaign_health.process.collect_lock import collecting, nobody_collecting, workspace_part
from campaign_health.process.run_lock import SCHEDULE, holder_of, only_one


def refused(attempt: AbstractContextManager[None]) -> str:
    with pytest.raises(CouldNotStart) as failure, attempt:
        pytest.fail("both at once")
    return str(failure.value)


def test_the_same_workspace_is_refused_and_told_who_is_at_it(tmp_path: Path) -> None:
    with collecting(tmp_path, ["acme", "bolt"]):
        said = refused(collecting(tmp_path, ["crux", "bolt"]))
    assert said.startswith(f"Another run is in progress for workspace bolt on {tmp_path}: process {os.getpid()} on")
    with collecting(tmp_path, ["crux", "bolt"]):
        pass


def test_different_workspaces_go_side_by_side(tmp_path: Path) -> None:
    with collecting(tmp_path, ["acme"]), collecting(tmp_path, ["bolt"]):
        pass


def test_what_needs_all_of_them_excludes_each_and_is_excluded_by_each(tmp_path: Path) -> None:
    with collecting(tmp_path, ["acme"]):
        said = refused(nobody_collecting(tmp_path))
    assert f"process {os.getpid()} on" in said
    with nobody_collecting(tmp_path):
        assert "in progress" in refused(collecting(tmp_path, ["acme"]))
        assert "in progress" in refused(nobody_collecting(tmp_path))


@pytest.mark.parametrize("names", [("a/b", "a-b"), ("é", "e"), ("x" * 300, "x" * 301), ("ACME", "acme"), ("..", "…")])
def test_any_two_names_have_locks_of_their_own(tmp_path: Path, names: tuple[str, str]) -> None:
    with collecting(tmp_path, [names[0]]), collecting(tmp_path, [names[1]]):
        assert all(path.parent == tmp_path for path in tmp_path.rglob("*.lock"))
    parts = [workspace_part(name) for name in names]
    assert parts[0].lower() != parts[1].lower()
    assert all(len(part) < 100 for part in parts)


def test_those_that_only_look_do_not_refuse_each_other(tmp_path: Path) -> None:
    """Each looks whether anybody holds all: that takes a lock for an instant, which is nobody's work."""
    refusals: list[Exception] = []

    def again_and_again(name: str) -> Callable[[], None]:
        def work() -> None:
            for _ in range(50):
                try:
                    with collecting(tmp_path, [name]):
                        pass
                except CouldNotStart as failure:
                    refusals.append(failure)

        return work

    threads = [threading.Thread(target=again_and_again(name)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refusals == []


def test_a_second_scheduler_on_the_same_data_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    assert holder_of(tmp_path, SCHEDULE) is None
    with only_one(tmp_path, SCHEDULE):
        with pytest.raises(CouldNotStart, match=f"process {os.getpid()} on"), only_one(tmp_path, SCHEDULE):
            pytest.fail("two schedulers")
        holder = holder_of(tmp_path, SCHEDULE)
        assert holder is not None
        assert holder["pid"] == os.getpid()
    assert holder_of(tmp_path, SCHEDULE) is None


def test_a_link_planted_where_the_holder_is_written_leads_nowhere(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / f"{SCHEDULE}.holder").symlink_to(victim)
    with only_one(data_dir, SCHEDULE):
        holder = holder_of(data_dir, SCHEDULE)
    assert holder is not None
    assert holder["pid"] == os.getpid()
    assert victim.read_text() == "precious"
