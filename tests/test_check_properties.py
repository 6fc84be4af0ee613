"""Properties in code: what a value's syntax tells, that order and layout never drift, that the unseen is said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.check.code.change.code_change import CodeChange
from campaign_health.check.code.files.snapshot import CodeFile, Snapshot
from campaign_health.check.code.properties.property_kinds import kind_of
from campaign_health.check.code.syntax.languages import (
    GO,
    JAVA,
    JAVASCRIPT,
    KOTLIN,
    PYTHON,
    RUBY,
    SWIFT,
    TYPESCRIPT,
    Language,
    language_of,
)
from campaign_health.check.code.syntax.source import Source
from campaign_health.check.findings import CheckResult, Coverage, Finding
from campaign_health.check.property_coverage import PropertyCoverage
from campaign_health.check.reports import render
from campaign_health.check.rules.property_rules import check_properties
from campaign_health.manifest.dependencies import campaign_dependencies
from campaign_health.manifest.manifest_reading import parse_manifest
from tests.left_out import examples

READ = parse_manifest(
    """
version: 1
events: {trial_started: {properties: {plan: {type: string, required: true}, seats: {type: integer}}}}
campaigns: [{name: Welcome, event: trial_started, uses: [seats]}]
"""
)
CAMPAIGNS = campaign_dependencies(READ.manifest)
# A call in each language: around its entries, between them, and one entry.
CALLS = {
    "a.js": ('analytics.track("trial_started", {', "});", "{0}: {1}"),
    "a.ts": ('analytics.track({event: "trial_started", properties: {', "} as Props});", "'{0}': {1}"),
    "a.py": ('mixpanel.track(1, "trial_started", {', "})", '"{0}": {1}'),
    "b.py": ('analytics.track(1, event="trial_started", properties=dict(', "))", "{0}={1}"),
    "a.rb": ('$customerio.track(1, "trial_started", { ', " })", "{0}: {1}"),
    "b.rb": ('$customerio.track(1, "trial_started", ', ")", ":{0} => {1}"),
    "a.go": ('package a\nfunc f() { cio.Track(id, "trial_started", map[string]any{', "}) }", '"{0}": {1}'),
    "a.swift": ('CustomerIO.shared.track(name: "trial_started", data: [', "])", '"{0}": {1}'),
    "a.kt": ('fun f() { mixpanel.track("trial_started", JSONObject(mapOf(', "))) }", '"{0}" to {1}'),
    "A.java": ('class A { void f() { mixpanel.track("trial_started", Map.of(', ")); } }", '"{0}", {1}'),
}
KEYS = st.lists(st.sampled_from(["source", "team", "cycle", "account", "seats"]), unique=True, max_size=4)


def call(path: str, keys: list[str], *, spaced: bool = False) -> str:
    begin, end, entry = CALLS[path]
    gap = "\n      " if spaced else ""
    return begin + gap + f", {gap}".join(entry.format(key, f"{key}Value") for key in keys) + gap + end + "\n"


def drift(path: str, before: str, after: str) -> tuple[list[Finding], PropertyCoverage]:
    base, head = ({path: CodeFile(path, text.encode())} for text in (before, after))
    if before == after:
        head = base
    coverage = Coverage()
    found = check_properties(CodeChange(Snapshot(base), Snapshot(head), READ, "manifest.yaml"), CAMPAIGNS, coverage)
    assert coverage.properties is not None
    return found, coverage.properties


def value_of(language: Language, expression: str) -> str | None:
    holder = {GO: "package a\nvar x = ", JAVA: "class A { Object x = ", KOTLIN: "val x = ", SWIFT: "let x = "}
    end = ";}" if language is JAVA else ""
    tokens = Source((holder.get(language, "x = ") + expression + end).encode(), language).tokens
    begin = next(index for index, token in enumerate(tokens) if token.text == "=") + 1
    return kind_of(tokens[begin : len(tokens) - 2 if language is JAVA else None], language)


@pytest.mark.parametrize(
    ("language", "kind", "expressions"),
    [
        (JAVASCRIPT, "string", ["'a'", "`a${b}`", "String(a)", "a.join()", "'' + a", "a ? 'x' : `y${z}`", "typeof a"]),
        (JAVASCRIPT, "integer", ["1", "-1", "0x1f", "1_000", "a.b.length", "Date.now()", "Math.round(a)"]),
        (JAVASCRIPT, "number", ["1.5", "Number(a)", "a * 100", "a.length / 2", "+a"]),
        (JAVASCRIPT, "boolean", ["true", "!a", "a === b", "a > 1 && b < 2", "Boolean(a)", "a.includes(b)"]),
        (JAVASCRIPT, "object", ["{}", "{a: 1}"]),
        (JAVASCRIPT, "array", ["[]", "[a, b]", "a.split(',')"]),
        (JAVASCRIPT, "null", ["null"]),
        (JAVASCRIPT, None, ["a", "a.b", "f(a)", "a || 'x'", "a && 'x'", "a ?? 0", "a ? 1 : 'x'", "a + b", "() => 1"]),
        (TYPESCRIPT, "integer", ["a.length as unknown as string", "(1)!"]),
        (TYPESCRIPT, None, ["a as string", "<string>a", "a!"]),
        (PYTHON, "string", ["'a'", "f'{a}'", "str(a)", "','.join(a)", "'{}'.format(a)", "'a' if b else 'c'"]),
        (PYTHON, "integer", ["1", "len(a)", "int(a)"]),
        (PYTHON, "boolean", ["True", "not a", "a is None", "a in b", "a == b"]),
        (PYTHON, "array", ["[]", "[a for a in b]", "list(a)"]),
        (PYTHON, "object", ["{}", "{'a': 1}", "dict(a=1)"]),
        (PYTHON, None, ["a", "a or 'x'", "'x' if a else None", "{a, b}", "a + b", "lambda: 1", "'%s' % a"]),
        (RUBY, "string", ["'a'", ":a", '"a#{b}"', "a.to_s", "a.join(',')", "a.join"]),
        (RUBY, "integer", ["1", "a.size", "a.count", "a.to_i"]),
        (RUBY, "boolean", ["true", "a == b", "a.nil?", "!a"]),
        (RUBY, "array", ["[a]", "%w[a b]"]),
        (RUBY, None, ["a", "a.b", "a || 'x'", "a&.b", "a - 1"]),
        (GO, "string", ['"a"', "`a`", 'fmt.Sprintf("%d", a)', "strconv.Itoa(a)"]),
        (GO, "integer", ["1", "len(a)"]),
        (GO, "boolean", ["true", "a == b", "!a"]),
        (GO, "object", ['map[string]any{"a": 1}']),
        (GO, "array", ["[]string{a}"]),
        (GO, None, ["a", "*a", "a.B", "f(a)"]),
        (SWIFT, "string", ['"a"', r'"\(a)"', "a.lowercased()", "String(a)"]),
        (SWIFT, "integer", ["1", "a.count"]),
        (SWIFT, "boolean", ["true", "a == b", "a.isEmpty"]),
        (SWIFT, "object", ['["a": 1]', "[:]"]),
        (SWIFT, "array", ["[a, b]", "[]"]),
        (SWIFT, None, ["a", 'a ?? "x"', "a.map { $0 == 1 }"]),
        (KOTLIN, "string", ['"a$b"', "a.toString()", 'a.joinToString(",")']),
        (KOTLIN, "integer", ["1L", "a.size", "a.toInt()"]),
        (KOTLIN, "boolean", ["a == b", "!a", "a is B"]),
        (KOTLIN, None, ["a", 'a ?: "x"', 'if (a) "x" else "y"']),
        (JAVA, "string", ['"a" + b', "String.valueOf(a)", "a.toString()"]),
        (JAVA, "integer", ["1L", "a.size()", "a.length()"]),
        (JAVA, "boolean", ["a == b", "a instanceof B", "a.equals(b)"]),
        (JAVA, None, ["a", "a.getB()", "new B()", '(a ? "x" : null)']),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_syntax_of_a_value_tells_its_type_or_nothing(
    language: Language, kind: str | None, expressions: list[str]
) -> None:
    assert {expression: value_of(language, expression) for expression in expressions} == dict.fromkeys(
        expressions, kind
    )


@pytest.mark.parametrize("path", CALLS)
@settings(max_examples=examples(60, 10), deadline=None)
@given(keys=KEYS, data=st.data())
def test_order_and_layout_are_no_drift(path: str, keys: list[str], data: st.DataObject) -> None:
    given_keys = ["plan", *keys]
    other = data.draw(st.permutations(given_keys))
    found, seen = drift(path, call(path, given_keys), call(path, other, spaced=True))
    assert found == []
    assert (seen.calls, seen.visible) == (1, 1)


@pytest.mark.parametrize("path", CALLS)
@settings(max_examples=examples(60, 10), deadline=None)
@given(keys=KEYS, data=st.data())
def test_a_key_that_goes_is_always_found_once(path: str, keys: list[str], data: st.DataObject) -> None:
    other = data.draw(st.permutations(keys))
    found, _ = drift(path, call(path, ["plan", *keys]), call(path, other, spaced=True))
    assert [(finding.rule, finding.property) for finding in found] == [("property_gone_in_code", "plan")]


def test_without_a_change_every_language_is_read_and_nothing_is_found() -> None:
    for path in CALLS:
        assert language_of(path) is not None
        found, seen = drift(path, call(path, ["seats"]), call(path, ["seats"]))
        assert found == []
        assert seen == PropertyCoverage(calls=1, visible=1, already_so=1)


def test_what_is_not_visible_is_silent_and_counted_in_every_report_with_room_for_it() -> None:
    before = "".join(f'analytics.track("trial_started", {{ plan, n: {n} }});\n' for n in range(9))
    after = before.replace("{ plan, n: 3 }", "{ ...common, n: 3 }").replace("{ plan, n: 5 }", "build(5)")
    found, seen = drift("a.js", before, after)
    assert found == []
    assert seen == PropertyCoverage(calls=9, visible=7, already_so=0)
    result = CheckResult([], Coverage(parts=["the code with main"], trigger_events=1, properties=seen))
    for form in ("terminal", "junit", "github", "markdown"):
        assert "Properties visible in 7 of 9 calls." in render(result, form)
    assert json.loads(render(result, "json"))["coverage"]["properties"] == {"calls": 9, "visible": 7, "already_so": 0}
    sarif = json.loads(render(result, "sarif"))["runs"][0]["properties"]["coverage"]["properties"]
    assert sarif == {"calls": 9, "visible": 7, "already_so": 0}


def test_one_property_that_goes_from_several_calls_is_one_finding_that_counts_the_places() -> None:
    before = "".join(f'analytics.track("trial_started", {{ plan, n: {n} }});\n' for n in range(3))
    found, _ = drift("a.js", before, before.replace("plan, ", ""))
    assert len(found) == 1
    assert "a.js:1 and 2 more places" in found[0].message


def test_what_was_so_at_the_base_is_counted_and_said() -> None:
    before = 'analytics.track("trial_started", { seats: "3" });\n'
    found, seen = drift("a.js", before, before.replace("3", "4"))
    assert found == []
    assert seen.sentences() == [
        "Properties visible in 1 of 1 call.",
        "2 properties differ from the manifest, as they did before.",
    ]
