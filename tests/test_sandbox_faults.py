"""Faults strike where they were asked to, and look to a client like the real thing."""

from __future__ import annotations

import json
import time
import zlib
from datetime import timedelta

import pytest
import requests

from campaign_health.sandbox.errors import PortInUse, UnknownFault
from campaign_health.sandbox.fault_text import fault_from_text
from campaign_health.sandbox.faults import KINDS, STATUSES, Fault
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.http.spoiled_bodies import SPOILERS
from campaign_health.sandbox.server import Sandbox, running_sandbox
from tests.sandbox_cast import FIRST, customerio, export, metrics, query, small_world

LAST = FIRST + timedelta(days=34)
FREE = Limits.unlimited()


def sends(sandbox: Sandbox, campaign: int = 17) -> requests.Response:
    """The request most faults are tried on."""
    return customerio(
        sandbox, f"/campaigns/{campaign}/metrics", version="2", res="days", tz="UTC", start=1793000000, end=1793500000
    )


@pytest.mark.parametrize("kind", [kind for kind in STATUSES if kind != "status"])
def test_a_status_comes_in_the_shape_of_its_service(kind: str) -> None:
    with running_sandbox(small_world(), faults=[Fault(kind, at="every", times=None)], limits=FREE) as sandbox:
        ours, theirs = sends(sandbox), query(sandbox, "/events/names")
    status = STATUSES[kind][0]
    assert (ours.status_code, theirs.status_code) == (status, status)
    assert ours.json()["errors"][0]["status"] == str(status)
    assert theirs.json()["error"]
    if kind == "payment_required":
        assert theirs.json()["error"] == "Your plan does not allow API calls. Upgrade at mixpanel.com/pricing"


@pytest.mark.parametrize(("wait", "header"), [(1, "1"), (3600, "3600"), (None, None)])
def test_a_429_has_the_retry_after_it_was_given(wait: int | None, header: str | None) -> None:
    fault = Fault("too_many_requests", retry_after=wait)
    with running_sandbox(small_world(), faults=[fault], limits=FREE) as sandbox:
        assert sends(sandbox).headers.get("Retry-After") == header


@pytest.mark.parametrize("kind", ["drop", "cut", "hang", "stall"])
def test_a_broken_connection_is_an_error_of_the_client(kind: str) -> None:
    with running_sandbox(small_world(), faults=[Fault(kind)], limits=FREE) as sandbox:
        began = time.monotonic()
        with pytest.raises(requests.RequestException):
            customerio(sandbox, "/campaigns", timeout=0.2)
        assert time.monotonic() - began < 10
        assert customerio(sandbox, "/campaigns").status_code == 200


def test_a_hanging_request_does_not_keep_the_sandbox_from_closing() -> None:
    began = time.monotonic()
    with running_sandbox(small_world(), faults=[Fault("hang")], limits=FREE) as sandbox:
        session = requests.Session()
        with pytest.raises(requests.ReadTimeout):
            session.get(sandbox.customerio_url + "/campaigns", timeout=0.1)
    assert time.monotonic() - began < 10


def plain_export(sandbox: Sandbox, **options: object) -> requests.Response:
    """An export without the cast's comforts."""
    return requests.get(
        sandbox.mixpanel_export_url,
        params={"project_id": 4242, "from_date": str(FIRST), "to_date": str(LAST)},
        auth=(sandbox.keys.service_account, sandbox.keys.service_secret),
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("kind", ["cut", "stall"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_cut_export_is_an_error_of_the_client(kind: str, encoding: str) -> None:
    with running_sandbox(small_world(), faults=[Fault(kind)], limits=FREE) as sandbox:
        with pytest.raises(requests.RequestException):
            plain_export(sandbox, timeout=0.2, headers={"Accept-Encoding": encoding})
        assert plain_export(sandbox, timeout=5).status_code == 200


def test_the_trailer_of_a_cut_gzip_is_really_missing() -> None:
    with running_sandbox(small_world(), faults=[Fault("cut_gzip")], limits=FREE) as sandbox:
        packed = plain_export(sandbox, timeout=5, stream=True).raw.read(decode_content=False)
    reader = zlib.decompressobj(wbits=31)
    assert reader.decompress(packed)
    assert not reader.eof


def test_terminated_early_ends_an_export_with_a_line_that_is_no_json() -> None:
    with running_sandbox(small_world(), faults=[Fault("terminated_early")], limits=FREE) as sandbox:
        spoiled, whole = export(sandbox, FIRST, LAST), export(sandbox, FIRST, LAST)
    assert spoiled.status_code == 200
    *lines, last = [line for line in spoiled.content.split(b"\n") if line]
    assert last == b"export terminated early"
    assert 0 < len(lines) < whole.content.count(b"\n")
    assert all(json.loads(line) for line in lines)


@pytest.mark.parametrize("kind", [kind for kind in SPOILERS if kind != "half_list"])
def test_an_export_with_any_other_fault_has_a_line_that_is_no_json(kind: str) -> None:
    with running_sandbox(small_world(), faults=[Fault(kind)], limits=FREE) as sandbox:
        lines = [line for line in export(sandbox, FIRST, LAST).content.split(b"\n") if line]
    with pytest.raises(ValueError, match=r"Extra data|delimiter|Unterminated"):
        json.loads(lines[-1])


def test_content_faults_spoil_what_they_name() -> None:
    def spoiled(kind: str) -> object:
        with running_sandbox(small_world(), faults=[Fault(kind)], limits=FREE) as sandbox:
            return sends(sandbox).json()

    assert set(spoiled("null_series")["metric"]["series"].values()) == {None}  # type: ignore[index]
    assert "sent" not in spoiled("missing_sent")["metric"]["series"]  # type: ignore[index]
    assert {len(series) for series in spoiled("wrong_length")["metric"]["series"].values()} == {6}  # type: ignore[index]
    assert spoiled("text_number")["metric"]["series"]["sent"][0] == "many"  # type: ignore[index]
    assert isinstance(spoiled("strange_shape"), list)
    assert list(spoiled("no_echo")) == ["metric"]  # type: ignore[call-overload]
    assert spoiled("other_window")["start"] == "2025-10-26 00:00:00 +0000 UTC"  # type: ignore[index]
    with running_sandbox(small_world(), faults=[Fault("html"), Fault("empty", at=2)], limits=FREE) as sandbox:
        page = sends(sandbox)
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        empty = sends(sandbox)
        assert (empty.status_code, empty.content) == (200, b"")


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_is_recorded_and_gone_once_mended(kind: str) -> None:
    with running_sandbox(small_world(), limits=FREE) as sandbox:
        sandbox.fail(kind, "mixpanel.query", at="every", times=None, seconds=0.05)
        try:
            spoiled: object = query(sandbox, "/events/names").content
        except requests.RequestException as problem:
            spoiled = problem
        sandbox.mend()
        assert spoiled != query(sandbox, "/events/names").content or kind == "cut_gzip"
        first, second = sandbox.requests
        assert (first.fault, second.fault, second.status) == (kind, None, 200)


def run(sandbox: Sandbox) -> list[int]:
    """A run of four requests that never retries."""
    answers = [
        customerio(sandbox, "/campaigns"),
        sends(sandbox, 17),
        sends(sandbox, 18),
        query(sandbox, "/events/names"),
    ]
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize(
    ("endpoint", "at", "expected"),
    [
        ("", "first", [500, 200, 200, 200]),
        ("", "middle", [200, 500, 200, 200]),
        ("", "last", [200, 200, 200, 500]),
        ("", 3, [200, 200, 500, 200]),
        ("", "every", [500, 500, 500, 500]),
        ("customerio", "last", [200, 200, 500, 200]),
        ("customerio.metrics", "first", [200, 500, 200, 200]),
        ("customerio.metric", "first", [200, 200, 200, 200]),
        ("mixpanel", "first", [200, 200, 200, 500]),
    ],
)
def test_a_fault_strikes_at_the_place_of_a_run(endpoint: str, at: str | int, expected: list[int]) -> None:
    with running_sandbox(small_world(), limits=FREE) as sandbox:
        assert run(sandbox) == [200, 200, 200, 200]
        sandbox.forget_requests()
        if at in ("middle", "last"):
            run(sandbox)
        sandbox.fail("server_error", endpoint, at=at)
        assert run(sandbox) == expected


def test_a_fault_sticks_to_its_address_for_as_many_answers_as_it_is_given() -> None:
    with running_sandbox(small_world(), limits=FREE) as sandbox:
        sandbox.fail("unavailable", "customerio.metrics", times=3)
        assert [sends(sandbox).status_code for _ in range(4)] == [503, 503, 503, 200]
        assert sends(sandbox, 18).status_code == 200
        sandbox.mend()
        sandbox.fail("server_error", "customerio.metrics", at=2, times=None)
        assert [sends(sandbox, campaign).status_code for campaign in (17, 18, 17, 18)] == [200, 500, 200, 500]


def test_a_fault_may_be_about_one_campaign_or_one_parameter() -> None:
    with running_sandbox(small_world(), limits=FREE) as sandbox:
        sandbox.fail("not_found", campaign=18, at="every", times=None)
        sandbox.fail("bad_request", "mixpanel.query.names", parameter="from_date", at="every", times=None)
        assert [sends(sandbox, campaign).status_code for campaign in (17, 18)] == [200, 404]
        assert query(sandbox, "/events/names").status_code == 200
        assert query(sandbox, "/events/names", from_date=str(FIRST), to_date=str(LAST)).status_code == 400


@pytest.mark.parametrize("wrong", [{"kind": "earthquake"}, {"kind": "hang", "at": 0}, {"kind": "hang", "at": "end"}])
def test_an_unknown_fault_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UnknownFault):
        Fault(**wrong)  # type: ignore[arg-type]


def test_the_last_of_an_unknown_number_is_refused() -> None:
    with running_sandbox(small_world()) as sandbox, pytest.raises(UnknownFault, match="clean run"):
        sandbox.fail("hang", at="last")


def test_a_fault_can_be_written_as_text() -> None:
    text = "too_many_requests,endpoint=mixpanel.query,at=3,times=always,retry_after=none,campaign=17,of=9,seconds=0.5"
    assert fault_from_text(text) == Fault(
        "too_many_requests", "mixpanel.query", at=3, times=None, campaign=17, retry_after=None, seconds=0.5, of=9
    )
    assert fault_from_text("hang,at=first") == Fault("hang", at="first")
    for wrong in ("hang,at", "hang,when=now", "hang,campaign=x", "nothing"):
        with pytest.raises(UnknownFault):
            fault_from_text(wrong)


def test_the_log_keeps_no_secret() -> None:
    with running_sandbox(small_world(), limits=FREE) as sandbox:
        run(sandbox)
        logged = repr(sandbox.requests)
        environment = sandbox.environment
    assert len(environment) == 15
    for name in ("MIXPANEL_SERVICE_SECRET", "CUSTOMERIO_APP_API_KEY", "CUSTOMERIO_TRACK_API_KEY"):
        assert environment[name] not in logged
    assert "Basic " not in logged
    assert "Bearer " not in logged


def test_counting_goes_by_endpoint() -> None:
    with running_sandbox(small_world(), limits=FREE) as sandbox:
        run(sandbox)
        assert [sandbox.count(name) for name in ("", "customerio", "customerio.metrics", "mixpanel")] == [4, 3, 2, 1]


def test_a_port_in_use_is_named() -> None:
    with running_sandbox(small_world()) as sandbox, pytest.raises(PortInUse, match=str(sandbox.port)):
        Sandbox(small_world(), port=sandbox.port)


def test_the_clock_is_part_of_the_environment() -> None:
    with running_sandbox(small_world()) as sandbox:
        sandbox.set_today(FIRST, hour=7)
        assert sandbox.environment["CAMPAIGN_HEALTH_NOW"] == "2026-10-20T07:00:00-04:00"
        assert sum(metrics(sandbox, 17, FIRST, LAST, "America/New_York")["metric"]["series"]["sent"]) > 0
    with running_sandbox(small_world(), live=True) as sandbox:
        assert "CAMPAIGN_HEALTH_NOW" not in sandbox.environment


def test_half_a_list_is_a_good_answer_with_every_second_entry_left_out() -> None:
    with running_sandbox(small_world(), limits=FREE) as sandbox:
        for endpoint, ask in (
            ("customerio.campaigns", lambda: customerio(sandbox, "/campaigns").json()["campaigns"]),
            ("mixpanel.query", lambda: query(sandbox, "/events/names").json()),
        ):
            whole = ask()
            sandbox.fail("half_list", endpoint=endpoint, at=1, times=1)
            assert len(whole) > 1
            assert ask() == whole[::2]
            assert ask() == whole


def test_half_an_export_is_a_good_answer_without_every_second_name() -> None:
    with running_sandbox(small_world(), limits=FREE) as sandbox:
        whole = {json.loads(line)["event"] for line in export(sandbox, FIRST, LAST).content.splitlines()}
        sandbox.fail("half_list", endpoint="mixpanel.export", at=1, times=1)
        half = {json.loads(line)["event"] for line in export(sandbox, FIRST, LAST).content.splitlines()}
    assert half < whole
    assert half == set(sorted(whole)[1::2])


def test_zeros_and_half_the_days_are_good_answers_that_take_numbers_back() -> None:
    with running_sandbox(small_world(), limits=FREE) as sandbox:

        def sent() -> list[int]:
            return list(metrics(sandbox, 17, FIRST, LAST, "UTC")["metric"]["series"]["sent"])

        whole = sent()
        lost = len(whole) // 2
        for kind, found in (("zeros", [0] * len(whole)), ("half_days", [0] * lost + whole[lost:])):
            sandbox.fail(kind, endpoint="customerio.metrics", at=1, times=1)
            assert sent() == found
        assert sum(whole[:lost]) > 0


def test_thin_entries_keep_their_ids() -> None:
    with running_sandbox(small_world(), limits=FREE) as sandbox:
        whole = customerio(sandbox, "/campaigns").json()["campaigns"]
        sandbox.fail("thin_entries", endpoint="customerio.campaigns", at=1, times=1)
        thin = customerio(sandbox, "/campaigns").json()["campaigns"]
    assert [entry["id"] for entry in thin] == [entry["id"] for entry in whole]
    assert "created" in whole[0]
    assert "created" not in thin[0]
