"""Laws of the check, on made-up code: moving a name is never a finding, renaming it everywhere is always one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.check.code.change.code_change import CodeChange
from campaign_health.check.code.files.snapshot import CodeFile, Snapshot
from campaign_health.check.findings import Coverage, Finding
from campaign_health.check.rules.code_rules import check_code
from campaign_health.manifest.dependencies import campaign_dependencies
from campaign_health.manifest.manifest_reading import parse_manifest

NAMES = ("trial_started", "project.created", "Paywall Limit Reached", "inviteSent")
READ = parse_manifest(
    "version: 1\nevents: {" + ", ".join(f'"{name}": {{}}' for name in NAMES) + "}\ncampaigns:\n"
    + "".join(f'  - {{name: "On {name}", event: "{name}"}}\n' for name in NAMES)
)  # fmt: skip
CAMPAIGNS = campaign_dependencies(READ.manifest)
CALLS = {
    "a.js": 'analytics.track("{}", {{ a: 1 }});',
    "b.ts": "mixpanel.track('{}');",
    "c.py": 'cio.track(1, "{}")',
    "d.rb": "track_event(user, '{}')",
    "e.swift": 'tracker.send("{}")',
    "f.kt": 'tracker.send("{}")',
}
FILLER = {"a.js": "run();", "b.ts": "run();", "c.py": "run()", "d.rb": "run()", "e.swift": "run()", "f.kt": "run()"}

Calls = dict[str, list[str | None]]  # file: what each line sends; None is a line that sends nothing

LINES = st.lists(st.one_of(st.none(), st.sampled_from(NAMES)), max_size=6)
CODE = st.fixed_dictionaries(dict.fromkeys(CALLS, LINES))


def snapshot(code: Calls, spaced: bool = False) -> Snapshot:
    gap = "\n\n" if spaced else "\n"
    files = {}
    for path, lines in code.items():
        text = gap.join(FILLER[path] if name is None else CALLS[path].format(name) for name in lines)
        files[path] = CodeFile(path, (text + "\n").encode())
    return Snapshot(files)


def check(base: Calls, head: Calls, spaced: bool = False) -> list[Finding]:
    before, after = snapshot(base), snapshot(head, spaced)
    for path, file in list(before.files.items()):
        if after.files.get(path) is not None and after.files[path].content == file.content:
            after.files[path] = file
    found, _ = check_code(CodeChange(before, after, READ, "manifest.yaml"), CAMPAIGNS, Coverage())
    return found


def sends(code: Calls) -> list[str]:
    return sorted(name for lines in code.values() for name in lines if name)


@settings(max_examples=60, deadline=None)
@given(CODE, st.booleans())
def test_code_that_stays_the_same_has_no_finding_however_it_is_laid_out(code: Calls, spaced: bool) -> None:
    assert check(code, code, spaced) == []


@settings(max_examples=60, deadline=None)
@given(CODE, st.randoms(use_true_random=False))
def test_moving_every_call_elsewhere_has_no_finding(code: Calls, chance: object) -> None:
    moved: Calls = {path: [] for path in code}
    for name in sends(code):
        moved[chance.choice(sorted(moved))].append(name)  # type: ignore[attr-defined]
    assert check(code, moved) == []


@settings(max_examples=60, deadline=None)
@given(CODE, st.sampled_from(NAMES))
def test_renaming_a_name_everywhere_is_one_finding_with_its_new_name(code: Calls, name: str) -> None:
    head = {path: [f"{name}_v2" if line == name else line for line in lines] for path, lines in code.items()}
    found = [(finding.rule, finding.event, finding.new_name) for finding in check(code, head)]
    assert found == ([("event_renamed", name, f"{name}_v2")] if name in sends(code) else [])


@settings(max_examples=60, deadline=None)
@given(CODE, st.sampled_from(NAMES))
def test_deleting_a_name_everywhere_is_one_finding_at_its_place(code: Calls, name: str) -> None:
    head = {path: [line for line in lines if line != name] for path, lines in code.items()}
    found = check(code, head)
    assert [(finding.rule, finding.event) for finding in found] == (
        [("event_removed", name)] if name in sends(code) else []
    )
    for finding in found:
        assert finding.file is not None
        assert finding.line is not None
        assert code[finding.file][finding.line - 1] == name


@settings(max_examples=60, deadline=None)
@given(CODE, st.sampled_from(NAMES), st.sampled_from(sorted(CALLS)))
def test_renaming_in_one_file_of_several_is_in_part(code: Calls, name: str, path: str) -> None:
    head = {**code, path: [f"{name}_v2" if line == name else line for line in code[path]]}
    found = [(finding.rule, finding.new_name, finding.file) for finding in check(code, head)]
    if name not in code[path]:
        assert found == []
    else:
        rule = "event_vanished_in_part" if name in sends(head) else "event_renamed"
        assert found == [(rule, f"{name}_v2", path)]
