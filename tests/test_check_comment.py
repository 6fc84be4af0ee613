"""`check --comment`: one comment on a pull request, made once and replaced after, and said where it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.check.comment.comment_api import MOST_PAGES, PER_PAGE
from campaign_health.check.comment.posting import LONGEST_SUMMARY, TRIES, fitted, post_comment
from campaign_health.check.reports.markdown import MARK, mark_of
from campaign_health.cli.check import command
from tests.code_host_cast import BOT, LONGEST, PERSON, TOKEN, CodeHost, Trouble, code_host

BODY = f"{MARK}\n### ✅ The manifest holds.\n"
OLD = f"{MARK}\n### ❌ 1 violation.\n"


def environment(folder: Path, host: CodeHost, **more: str) -> dict[str, str]:
    """What GitHub gives a workflow on a pull request."""
    (folder / "event.json").write_text(json.dumps({"pull_request": {"number": 5}}))
    return {
        "GITHUB_API_URL": host.url,
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        **more,
    }


def _post(folder: Path, host: CodeHost, body: str = BODY, waits: list[float] | None = None, **more: str) -> str:
    waited: list[float] = [] if waits is None else waits
    said = post_comment("github", body, environment(folder, host, **more), waited.append)
    assert TOKEN not in said
    return said


def test_the_first_run_writes_a_comment_and_each_later_one_replaces_it(tmp_path: Path) -> None:
    with code_host() as host:
        host.say("Looks good", PERSON)
        assert _post(tmp_path, host, OLD) == "The comment was written on GitHub."
        assert _post(tmp_path, host) == "The comment was replaced on GitHub."
        assert _post(tmp_path, host) == "The comment is up to date on GitHub."
        assert host.bodies() == ["Looks good", BODY]
        assert host.tokens == {f"Bearer {TOKEN}"}
        assert ("PATCH", "/repos/acme/shop/issues/comments/1001") in host.asked
    assert (tmp_path / "summary.md").read_text() == OLD + BODY + BODY


def test_two_manifests_on_one_pull_request_keep_a_comment_each(tmp_path: Path) -> None:
    one, other = BODY, f"{mark_of('web/a-b.yaml')}\n### ✅ The manifest holds.\n"
    with code_host() as host:
        assert _post(tmp_path, host, one) == _post(tmp_path, host, other) == "The comment was written on GitHub."
        later = other.replace("holds", "is violated")
        assert _post(tmp_path, host, later) == "The comment was replaced on GitHub."
        assert _post(tmp_path, host, one) == "The comment is up to date on GitHub."
        assert host.bodies() == [one, later]


def test_a_mark_never_ends_before_its_path_does() -> None:
    assert mark_of("manifest.yaml") == MARK
    for path in ("web/a-b.yaml", "a --> b/manifest.yaml", "é/<x>.yaml", "a\nb.yaml"):
        mark = mark_of(path)
        assert mark.count("-->") == 1
        assert "\n" not in mark
    assert len({mark_of("a/manifest.yaml"), mark_of("b/manifest.yaml"), MARK}) == 3


def test_its_comment_is_found_behind_hundreds_of_others(tmp_path: Path) -> None:
    with code_host() as host:
        for number in range(2 * PER_PAGE + 30):
            host.say(OLD if number == PER_PAGE + 20 else f"comment {number}", BOT)
        _post(tmp_path, host)
        assert host.bodies().count(BODY) == 1
        assert len(host.comments) == 2 * PER_PAGE + 30
        pages = [path.rpartition("page=")[2] for method, path in host.asked if "per_page" in path]
    assert pages == ["1", "2", "3"]
    assert int(pages[-1]) < MOST_PAGES


def test_a_page_that_is_just_full_is_not_taken_for_the_last(tmp_path: Path) -> None:
    with code_host() as host:
        for number in range(PER_PAGE):
            host.say(f"comment {number}", PERSON)
        host.say(OLD, BOT)
        _post(tmp_path, host)
        assert host.bodies()[-1] == BODY


def test_a_comment_that_somebody_else_begins_with_the_mark_is_left_alone(tmp_path: Path) -> None:
    with code_host() as host:
        host.say(OLD, PERSON)
        host.say(f"> {OLD}", BOT)
        assert _post(tmp_path, host) == "The comment was written on GitHub."
        assert host.bodies() == [OLD, f"> {OLD}", BODY]


def test_a_person_s_token_replaces_that_person_s_comment(tmp_path: Path) -> None:
    with code_host(me={"id": 9, "login": "release-robot", "type": "User"}) as host:
        host.say(OLD, BOT)
        _post(tmp_path, host, OLD)
        _post(tmp_path, host)
        assert host.bodies() == [OLD, BODY]


def test_a_comment_that_is_deleted_meanwhile_is_written_anew(tmp_path: Path) -> None:
    with code_host(troubles=[Trouble("PATCH", 404)]) as host:
        host.say(OLD, BOT)
        assert _post(tmp_path, host) == "The comment was written on GitHub."


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_that_may_only_read_leaves_it_to_the_summary_and_says_so(tmp_path: Path, method: str) -> None:
    refusal = Trouble(method, 403, message=f"Resource not accessible by integration {TOKEN}", times=99)
    with code_host(troubles=[refusal]) as host:
        said = _post(tmp_path, host)
        assert host.comments == {}
    assert "403: Resource not accessible by integration ***" in said
    assert "`permissions: pull-requests: write`, which a pull request from a fork never has" in said
    assert said.endswith("What it would say is in the job's summary.")
    assert (tmp_path / "summary.md").read_text() == BODY


@pytest.mark.parametrize("status", [401, 404, 422])
def test_what_is_refused_is_not_asked_again(tmp_path: Path, status: int) -> None:
    with code_host(troubles=[Trouble("POST", status, times=99)]) as host:
        assert f"GitHub answered {status}: no" in _post(tmp_path, host)
        assert [method for method, _ in host.asked] == ["GET", "POST"]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_s_fault_is_asked_again(tmp_path: Path, status: int) -> None:
    waits: list[float] = []
    with code_host(troubles=[Trouble("GET", status, times=2), Trouble("POST", status)]) as host:
        assert _post(tmp_path, host, waits=waits) == "The comment was written on GitHub."
        assert host.bodies() == [BODY]
    assert waits == [2.0, 4.0, 8.0]


def test_a_comment_whose_answer_was_lost_is_not_written_twice(tmp_path: Path) -> None:
    with code_host(troubles=[Trouble("POST", 502, done=True)]) as host:
        assert _post(tmp_path, host) == "The comment is up to date on GitHub."
        assert host.bodies() == [BODY]


def test_a_server_that_stays_down_is_given_up_and_said(tmp_path: Path) -> None:
    with code_host(troubles=[Trouble("GET", 503, times=99)]) as host:
        said = _post(tmp_path, host)
        assert len(host.asked) == TRIES
    assert said.startswith("No comment was written: GitHub: 503: no.")
    assert _post(tmp_path, host).startswith("No comment was written: GitHub: no answer came (ConnectionError).")


@pytest.mark.parametrize(
    ("status", "headers", "waited"),
    [(429, {"Retry-After": "7"}, [7.0]), (403, {"Retry-After": "60"}, [60.0]), (429, {}, [2.0])],
)
def test_a_rate_limit_is_waited_for(tmp_path: Path, status: int, headers: dict[str, str], waited: list[float]) -> None:
    waits: list[float] = []
    with code_host(troubles=[Trouble("GET", status, headers)]) as host:
        assert _post(tmp_path, host, waits=waits) == "The comment was written on GitHub."
    assert waits == waited


@pytest.mark.parametrize(
    "headers",
    [{"Retry-After": "3600"}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"}],
)
def test_a_rate_limit_of_an_hour_is_not(tmp_path: Path, headers: dict[str, str]) -> None:
    waits: list[float] = []
    with code_host(troubles=[Trouble("GET", 403, headers, "API rate limit exceeded")]) as host:
        said = _post(tmp_path, host, waits=waits)
    assert waits == []
    assert "403: API rate limit exceeded. What it would say is in the job's summary." in said


def test_a_huge_comment_is_cut_after_a_line_and_says_how_much(tmp_path: Path) -> None:
    body = BODY + "<details>\n" + "".join(f"- line {number} ✓\n" for number in range(20_000))
    with code_host() as host:
        _post(tmp_path, host, body)
        [shown] = host.bodies()
    assert len(shown) <= LONGEST
    kept, _, rest = shown.partition("\n\n</details>\n\n… cut here: ")
    assert body.startswith(kept + "\n")
    assert rest == f"{len(body) - len(kept):,} more characters are in the job's log.\n"


def test_a_comment_of_just_the_longest_is_whole() -> None:
    assert fitted("x" * LONGEST, LONGEST) == "x" * LONGEST
    assert len(fitted("x" * (LONGEST + 1), LONGEST)) <= LONGEST


@pytest.mark.parametrize(
    ("event", "token", "said"),
    [("{}", TOKEN, "this run is for no pull request"), ("no JSON", TOKEN, "no pull request"),
     ('{"pull_request": {"number": 5}}', "", "GITHUB_TOKEN is not set")],
)  # fmt: skip
def test_without_a_pull_request_or_a_token_nobody_is_asked(tmp_path: Path, event: str, token: str, said: str) -> None:
    with code_host() as host:
        given = environment(tmp_path, host, GITHUB_TOKEN=token)
        (tmp_path / "event.json").write_text(event)
        assert said in post_comment("github", BODY, given)
        assert host.asked == []
    assert (tmp_path / "summary.md").read_text() == BODY


def test_a_merge_request_of_gitlab_has_its_one_note(tmp_path: Path) -> None:
    with code_host(author="author", me={"id": 12}) as host:
        given = {"CI_API_V4_URL": host.url, "CI_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "8",
                 "CAMPAIGN_HEALTH_GITLAB_TOKEN": TOKEN}  # fmt: skip
        assert post_comment("gitlab", OLD, given) == "The comment was written on GitLab."
        assert post_comment("gitlab", BODY, given) == "The comment was replaced on GitLab."
        assert host.bodies() == [BODY]
        assert host.asked[-1] == ("PUT", "/projects/3/merge_requests/8/notes/1000")
        assert host.tokens == {TOKEN}
    assert "GITLAB_TOKEN is not set" in post_comment("gitlab", BODY, {**given, "CAMPAIGN_HEALTH_GITLAB_TOKEN": ""})


def test_the_command_s_outcome_and_output_are_the_same_with_a_comment(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("version: 1\ncampaigns: [{name: Welcome, event: begun}]\n")
    arguments = ["--manifest", str(tmp_path / "manifest.yaml"), "--json"]
    with code_host(troubles=[Trouble("PATCH", 403, times=99)]) as host:
        runner = CliRunner(env=environment(tmp_path, host))
        plain = runner.invoke(command, arguments)
        told = [runner.invoke(command, [*arguments, "--comment", "github"]) for _ in range(2)]
        [body] = host.bodies()
    assert {(one.exit_code, one.stdout) for one in told} == {(1, plain.stdout)}
    assert [one.stderr for one in told] == [
        "The comment was written on GitHub.\n", "The comment is up to date on GitHub.\n"
    ]  # fmt: skip
    assert body.startswith(MARK)
    assert "Welcome" in body


def test_the_summary_is_cut_by_its_bytes(tmp_path: Path) -> None:
    body = BODY + "…\n" * 400_000
    with code_host(troubles=[Trouble("GET", 403, times=99)]) as host:
        _post(tmp_path, host, body)
    assert 800_000 < (tmp_path / "summary.md").stat().st_size <= LONGEST_SUMMARY


def test_a_token_that_no_request_can_carry_changes_no_outcome(tmp_path: Path) -> None:
    with code_host() as host:
        told = {**environment(tmp_path, host), "GITHUB_TOKEN": "schlüssel→"}
        with pytest.MonkeyPatch.context() as patch:
            for name, value in told.items():
                patch.setenv(name, value)
            (tmp_path / "manifest.yaml").write_text("version: 1\n")
            words = ["--manifest", str(tmp_path / "manifest.yaml"), "--comment", "github"]
            result = CliRunner().invoke(command, words)
    assert result.exit_code == 0
    assert "No comment was written" in result.stderr
    assert "schlüssel" not in result.output
