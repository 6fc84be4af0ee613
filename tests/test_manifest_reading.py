"""A manifest's mistakes are told with their line and cure, and hostile ones are refused before they cost anything."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from campaign_health.manifest.json_schema import SCHEMA_FILE, json_schema, schema_text
from campaign_health.manifest.manifest_reading import parse_manifest, read_manifest
from campaign_health.manifest.problems import ManifestError
from campaign_health.manifest.template import TEMPLATE

CONTRACT = """\
version: 1
events:
  paywall_limit_reached:
    properties:
      hit_count: {type: integer, required: true}      # string integer number boolean array object null
      note: {type: null}
    sent_from: elsewhere                               # optional: not in this repository's code
  trial_started:
campaigns:
  - name: Upgrade offer                                # or id: 17
    event: paywall_limit_reached
    state: running                                     # optional; what Customer.io says wins where it is known
    owner: "@lifecycle-team"
    uses: [hit_count, plan_tier]                       # optional; adds to what the messages' Liquid shows
    deal_value: 1200
    conversion_rate: 0.1
    timing: 5 minutes
  - {id: 17, event: trial_started}
renames:
  - {from: project.created, to: project_created, since: 2026-12-01, owner: "@platform-team"}
code: {prefix: "", include: [], exclude: [], calls: [trackEvent]}   # optional
"""


def event(inner: str) -> str:
    return f"version: 1\nevents:\n  a:\n    {inner}\n"


def campaign(*fields: str) -> str:
    return "version: 1\nevents: {a: {}}\ncampaigns:\n  - " + "\n    ".join(fields) + "\n"


def rename(inner: str) -> str:
    return f"version: 1\nrenames:\n  - {inner}\n"


# text, line, a piece of the message, a piece of the cure
MALFORMED = [
    ("", 1, "empty", "init"),
    ("# only a comment\n", 1, "empty", "init"),
    ("- a\n- b\n", 1, "mapping", "version: 1"),
    ("just words\n", 1, "mapping", "version: 1"),
    ("events: {}\n", 1, "`version` is missing", "version: 1"),
    ("version: 2\n", 1, "`version` is `2`", "Write 1"),
    ("version: '1'\n", 1, "`version`", "Write 1"),
    ("version: 1\nversion: 1\n", 2, "twice", "Keep one"),
    ("version: 1\nevents: {}\nevents: {}\n", 3, "twice", "Keep one"),
    ("version: 1\nevnts: {}\n", 2, "`evnts`", "`events`"),
    ("version: 1\nCampaigns: []\n", 2, "`Campaigns`", "`campaigns`"),
    ("version: 1\nfoo: 1\n", 2, "`foo`", "x-"),
    ("version: 1\nevents: [a, b]\n", 2, "a list, not a mapping", "keys and values"),
    ("version: 1\nevents: trial\n", 2, "not a mapping", "keys"),
    ("version: 1\nevents:\n\ta: {}\n", 3, "YAML", "spaces"),
    ("version: 1\nevents: {a: {}\n", 3, "YAML", "Close"),
    ("version: 1\nevents:\n  a: {}\n b: {}\n", 4, "YAML", "number of spaces"),
    ("version: 1\nevents:\n  a: b: c\n", 3, "YAML", "quotes"),
    ('version: 1\nevents: {"a: {}}\n', 3, "YAML", "quotation"),
    ("version: 1\nevents: {2024: {}}\n", 2, "a number", '"2024"'),
    ("version: 1\nevents: {true: {}}\n", 2, "yes or no", '"true"'),
    ("version: 1\nevents: {~: {}}\n", 2, "nothing", "quotes"),
    ("version: 1\nevents: {'': {}}\n", 2, "empty", "name"),
    ("version: 1\nevents: {'  ': {}}\n", 2, "empty", "name"),
    ("version: 1\nevents: {[a]: {}}\n", 2, "not a name", "plain name"),
    (event("[x]"), 3, "a list, not a mapping", "keys"),
    (event("propertys: {}"), 4, "`propertys`", "`properties`"),
    ("version: 1\ncurrency: euro\n", 2, "`currency` is `euro`", "such as EUR"),
    ("version: 1\ncurrency: 978\n", 2, "not text", '"978"'),
    (event("properties: [x]"), 4, "a list", "{type: string}"),
    (event("properties: {x: string}"), 4, "not a mapping", "{type: string}"),
    (event("properties: {x: {type: strng}}"), 4, "`strng`", "'string'"),
    (event("properties: {x: {type: String}}"), 4, "`String`", "'string'"),
    (event("properties: {x: {required: perhaps}}"), 4, "`perhaps`", "true or false"),
    (event("properties: {x: {required: 1}}"), 4, "required", "true or false"),
    (event("properties: {x: {typ: string}}"), 4, "`typ`", "`type`"),
    (event("properties: {1: {}}"), 4, "a number", '"1"'),
    (event("sent_from: [x]"), 4, "a list, not text", "text"),
    ("version: 1\ncampaigns: {a: 1}\n", 2, "a mapping, not a list", "list"),
    ("version: 1\ncampaigns: [Welcome]\n", 2, "not a mapping", "keys"),
    (campaign("event: a"), 4, "neither `name` nor `id`", "name"),
    (campaign("name: Welcome"), 4, "no `event`", "event"),
    (campaign("name: 12", "event: a"), 4, "not text", '"12"'),
    (campaign("id: seventeen", "event: a"), 4, "not a number", "number"),
    (campaign("id: -3", "event: a"), 4, "`-3`", "at least 1"),
    (campaign("name: W", "event: a", "state: runing"), 6, "`runing`", "'running'"),
    (campaign("name: W", "event: a", "owner: @team"), 6, "YAML", '"@team"'),
    (campaign("name: W", "event: a", "uses: plan"), 6, "not a list", "[plan]"),
    (campaign("name: W", "event: a", "uses: [1]"), 6, "not text", '"1"'),
    (campaign("name: W", "event: a", "deal_value: lots"), 6, "not a number", "1200"),
    (campaign("name: W", "event: a", "deal_value: -1"), 6, "`-1`", "at least 0"),
    (campaign("name: W", "event: a", "deal_value: .inf"), 6, "not a number", "plain number"),
    (campaign("name: W", "event: a", "conversion_rate: 10"), 6, "`10`", "0.1"),
    (campaign("name: W", "event: a", "conversion_rate: 10%"), 6, "not a number", "0.1"),
    (campaign("name: W", "events: a"), 5, "`events`", "`event`"),
    (rename("{from: a}"), 3, "`to` is missing", "to:"),
    (rename("{to: a}"), 3, "`from` is missing", "from:"),
    (rename("{from: a, to: a}"), 3, "same name", "new name"),
    (rename("{from: a, to: b, since: soon}"), 3, "not a day", "2026-12-01"),
    (rename("{from: a, to: b, since: 2026-02-30}"), 3, "not a day", "2026-12-01"),
    (rename("{from: a, to: b}\n  - {from: a, to: c}"), 2, "twice", "one"),
    (rename("{from: a, to: b}\n  - {from: b, to: a}"), 2, "circle", "Remove"),
    ("version: 1\ncode: {calls: trackEvent}\n", 2, "not a list", "[trackEvent]"),
    ("version: 1\ncode: {prefx: a}\n", 2, "`prefx`", "`prefix`"),
    ("version: 1\n---\nversion: 1\n", 2, "second document", "---"),
    ("version: 1\nevents: *nowhere\n", 2, "`*nowhere`", "Write"),
    ("version: 1\nevents: !!python/object:os.system {}\n", 2, "tag", "Remove"),
    ("version: 1\nevents: !mine {}\n", 2, "tag", "Remove"),
    ("version: 1\nx-note: \x07\n", 2, "control character", "UTF-8"),
]


@pytest.mark.parametrize(("text", "line", "message", "cure"), MALFORMED, ids=range(len(MALFORMED)))
def test_a_mistake_is_told_with_its_line_and_its_cure(text: str, line: int, message: str, cure: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse_manifest(text, "the/manifest.yaml")
    error = caught.value
    assert error.file == "the/manifest.yaml"
    assert (error.line, message in error.problems[0].message, cure in error.problems[0].cure) == (line, True, True), (
        error.problems
    )
    assert error.column >= 1
    assert str(error).startswith(f"the/manifest.yaml:{line}:")


def test_there_are_more_than_fifty_mistakes() -> None:
    assert len(MALFORMED) >= 50


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(ManifestError) as caught:
        parse_manifest("version: 1\nevnts: {}\ncampaigns:\n  - {event: a}\n  - {name: b, event: a, deal_value: x}\n")
    assert [problem.line for problem in caught.value.problems] == [2, 4, 5]


def test_a_mistake_in_a_campaign_names_it() -> None:
    text = "version: 1\ncampaigns:\n  - {name: Tips, event: a, deal_value: x}\n  - {id: 7, event: a, deal_value: x}\n"
    with pytest.raises(ManifestError) as failure:
        parse_manifest(text)
    assert [problem.message for problem in failure.value.problems] == [
        "Tips: `campaigns[1].deal_value` is `x`, not a number",
        "`campaigns[2].deal_value` is `x`, not a number",
    ]


def test_the_contract_is_read() -> None:
    read = parse_manifest(CONTRACT)
    manifest = read.manifest
    assert manifest.events["paywall_limit_reached"].properties["hit_count"].type == "integer"
    assert manifest.events["paywall_limit_reached"].properties["hit_count"].required
    assert manifest.events["paywall_limit_reached"].properties["note"].type == "null"
    assert manifest.events["paywall_limit_reached"].sent_from == "elsewhere"
    assert manifest.events["trial_started"].properties == {}
    offer, welcome = manifest.campaigns
    assert (offer.label, offer.uses, offer.deal_value, offer.conversion_rate) == (
        "Upgrade offer", ("hit_count", "plan_tier"), 1200, 0.1,
    )  # fmt: skip
    assert (welcome.label, welcome.state) == ("17", None)
    assert manifest.renames[0].since == date(2026, 12, 1)
    assert manifest.code.calls == ("trackEvent",)
    assert read.line("campaigns", 0, "event") == 11
    assert read.entry_line("trial_started") == 8
    assert read.entry_line("project_created") == 20


def test_anchors_and_merges_are_followed() -> None:
    text = """\
version: 1
x-common: &common {user_id: {type: string, required: true}}
events:
  a: {properties: {<<: *common, plan: {type: string}}}
  b: {properties: *common}
"""
    manifest = parse_manifest(text).manifest
    assert set(manifest.events["a"].properties) == {"user_id", "plan"}
    assert manifest.events["b"].properties["user_id"].required


def bomb() -> str:
    lines = ["x-0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"x-{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    return "\n".join(lines)


HOSTILE = {
    "aliases that multiply": bomb(),
    "nested in brackets": "version: 1\nevents: " + "[" * 50_000,
    "nested in lines": "\n".join(" " * i + "a:" for i in range(2000)),
    "an alias to itself": "version: 1\nevents: &a {b: *a}",
    "a tag that runs code": "version: 1\nevents: !!python/object/apply:os.system ['true']",
    "huge": "version: 1\n" + "# filler\n" * 400_000,
    "many keys": "version: 1\nevents:\n" + "".join(f"  e{i}: {{}}\n" for i in range(110_000)),
    "a number without end": "version: 1\nx-n: " + "9" * 1_000_000 + "\nevents: [a]",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_manifest_is_refused_fast(text: str) -> None:
    started = time.process_time()
    with pytest.raises(ManifestError):
        parse_manifest(text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [(b"version: 1\n# gr\xfc\xdfe\n", 2, "UTF-8"), (b"\xff\xfev\x00e\x00r\x00", 1, "UTF-8")],
)
def test_another_encoding_is_named(tmp_path: Path, content: bytes, line: int, said: str) -> None:
    (tmp_path / "manifest.yaml").write_bytes(content)
    with pytest.raises(ManifestError, match=said) as caught:
        read_manifest(tmp_path / "manifest.yaml")
    assert caught.value.line == line


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_bytes(b"\xef\xbb\xbf" + CONTRACT.encode())
    assert read_manifest(tmp_path / "manifest.yaml").version == 1


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no such file"):
        read_manifest(tmp_path / "manifest.yaml")
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path)


def test_the_published_schema_is_the_models_own() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("text", [CONTRACT, TEMPLATE])
def test_the_schema_takes_what_is_read(text: str) -> None:
    data = json.loads(
        json.dumps(YAML(typ="safe", pure=True).load(text.replace("type: null", 'type: "null"')), default=str)
    )
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.validate(data, json_schema())
    parse_manifest(text)


@pytest.mark.parametrize(
    "wrong", [{"version": 1, "evnts": {}}, {"version": 3}, {"version": 1, "campaigns": [{"id": 0}]}]
)
def test_the_schema_refuses_what_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json_schema())
    with pytest.raises(ManifestError):
        parse_manifest(json.dumps(wrong))
