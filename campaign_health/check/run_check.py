"""Runs the parts of a check that were asked for, and gathers what they say."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from campaign_health.check.findings import CheckResult, Finding
from campaign_health.check.git_tree import CouldNotCheck, Repository, readable
from campaign_health.check.rules.manifest_rules import check_manifest
from campaign_health.check.rules.route_rules import check_routes
from campaign_health.check.rules.waiver_rules import with_waivers
from campaign_health.errors import CampaignHealthError
from campaign_health.manifest.dependencies import CampaignDependency, campaign_dependencies, merge_revisions
from campaign_health.manifest.manifest_reading import ReadManifest, parse_manifest, read_manifest_file
from campaign_health.manifest.observed import Observed
from campaign_health.manifest.problems import Failure, ManifestError

_T = TypeVar("_T")


@dataclass(frozen=True)
class CheckRequest:
    """What is to be compared.

    Attributes:
        manifest: The manifest's file.
        now: The instant of the run.
        code: A folder of the code to read, or None.
        base: A git revision to compare with, or None.
        observers: Look-ups of what Customer.io and Mixpanel have: live, from a published file, or both.
        strict: Whether a trigger event that the code does not hold is a violation.
    """

    manifest: Path
    now: datetime
    code: Path | None = None
    base: str | None = None
    observers: Sequence[Callable[[ReadManifest], Observed]] = field(default_factory=tuple)
    strict: bool = False


def run_check(request: CheckRequest) -> CheckResult:
    """Run every part that was asked for; a part that cannot look something up says so, and the others go on."""
    result = CheckResult(ran_at=request.now, manifest=place_of_manifest(request.manifest))
    try:
        read = read_manifest_file(request.manifest)
    except ManifestError as error:
        result.manifest_unreadable = True
        result.failures += [
            Failure(f"{error.file}:{problem.line}:{problem.column}: {problem.message}.", problem.cure)
            for problem in error.problems
        ]
        return result
    observed = _observe(request, read, result)
    campaigns = campaign_dependencies(read.manifest, observed.campaigns if observed else None)
    repository = _attempt(result, lambda: _repository(request)) if request.code or request.base else None
    file = _shown_path(request.manifest, repository)

    result.coverage.parts.append("the manifest with itself")
    result.findings += check_manifest(read, file, campaigns)
    result.findings += check_routes(read, file, campaigns)
    if observed:
        from campaign_health.check.rules.observed_rules import check_observed

        result.coverage.parts += observed.parts
        result.findings += check_observed(read, file, campaigns, observed, request.now.date(), result.coverage)
    if repository:
        _check_repository(request, repository, read, file, campaigns, observed, result)
    result.findings = with_waivers(result.findings, read.manifest.waivers, request.now.date())
    result.findings.sort(key=_order)
    return result


def _check_repository(
    request: CheckRequest,
    repository: Repository,
    read: ReadManifest,
    file: str,
    campaigns: list[CampaignDependency],
    observed: Observed | None,
    result: CheckResult,
) -> None:
    commit = None
    if request.base is not None:
        base = request.base
        commit = _attempt(result, lambda: repository.merge_base(base))
        if commit is None:
            return
    inside = _path_in(repository, request.manifest)
    earlier = _attempt(result, lambda: _manifest_at(repository, commit, inside, read)) if commit and inside else None
    everyone, before = campaigns, campaigns
    if earlier is not None:
        before = campaign_dependencies(earlier.manifest, observed.campaigns if observed else None)
        everyone = merge_revisions(campaigns, before)
    code_findings: list[Finding] = []
    if request.code is not None:
        code = request.code
        found = _attempt(
            result,
            lambda: _check_code(repository, code, commit, read, file, inside, everyone, result, strict=request.strict),
        )
        code_findings = found or []
        if found is not None:
            result.coverage.parts.append(f"the code with {request.base}" if commit else "the code")
    result.findings += code_findings
    if commit is None:
        return
    if earlier is None:
        if inside is None or not result.failures:
            result.coverage.remarks.append(
                f"The manifest is not in {request.base}, so there is no earlier one to compare."
            )
        return
    from campaign_health.check.rules.revision_rules import check_revision

    result.coverage.parts.append(f"the manifest with {request.base}")
    state = {campaign.label: campaign for campaign in campaigns}
    before_now = [c for c in before if state.get(c.label, c).counts_as_running]
    violations = [finding for finding in code_findings if finding.severity == "violation"]
    told = {(finding.event, finding.property) for finding in violations}
    for finding in check_revision(earlier, read, file, everyone, before_now):
        # A change of code and manifest together is one change, and one finding.
        about_a_property = finding.rule in ("property_removed", "property_renamed", "property_type_changed")
        said_already = finding.rule.startswith("manifest_event_") or about_a_property
        if not (said_already and (finding.event, finding.property) in told):
            result.findings.append(finding)


def _check_code(
    repository: Repository,
    code: Path,
    commit: str | None,
    read: ReadManifest,
    file: str,
    inside: str | None,
    campaigns: list[CampaignDependency],
    result: CheckResult,
    *,
    strict: bool,
) -> list[Finding]:
    from campaign_health.check.code.change.code_change import CodeChange
    from campaign_health.check.code.change.other_text import OtherText
    from campaign_health.check.code.files.snapshot import take_snapshots
    from campaign_health.check.rules.call_rules import check_calls
    from campaign_health.check.rules.code_rules import check_code
    from campaign_health.check.rules.property_rules import check_properties
    from campaign_health.check.rules.seen_rules import check_every_event_seen, nothing_seen

    under = _path_in(repository, code) or ""
    under = "" if under in (".", "") else f"{under}/"
    base, head = take_snapshots(repository, commit, read.manifest.code, under, inside)
    others = OtherText(repository, commit, read.manifest.code, under, inside, (base, head))
    change = CodeChange(base, head, read, file, others)
    findings, took_over = check_code(change, campaigns, result.coverage)
    findings += check_calls(change, took_over, result.coverage)
    findings += check_properties(change, campaigns, result.coverage)
    if nothing := nothing_seen(result.coverage):
        result.failures.append(nothing)
    if strict:
        findings += check_every_event_seen(result.coverage, read, file, campaigns)
    return findings


def place_of_manifest(manifest: Path) -> str:
    """Its path from the root of the repository that it is in, also where neither it nor git can be read.

    Without a repository its name: where it lies on this machine tells nobody anything.
    """
    whole = Path(os.path.abspath(manifest))
    root = next((one for one in whole.parents if (one / ".git").exists()), None)
    return readable(whole.relative_to(root).as_posix() if root else whole.name)


def _repository(request: CheckRequest) -> Repository:
    return Repository(request.code if request.code is not None else request.manifest)


def _manifest_at(repository: Repository, commit: str | None, path: str, now: ReadManifest) -> ReadManifest | None:
    entry = repository.files_at(commit).get(path) if commit else None
    if entry is None or not entry.is_file:
        return None
    content = repository.read_blobs([entry.blob])[entry.blob]
    if content == now.text.encode("utf-8"):
        return now
    try:
        return parse_manifest(content, readable(path))
    except ManifestError as error:
        raise CouldNotCheck(f"The manifest at the base cannot be read: {error.message}", error.cure) from error


def _observe(request: CheckRequest, read: ReadManifest, result: CheckResult) -> Observed | None:
    found: Observed | None = None
    for look_up in request.observers:
        seen = _attempt(result, partial(look_up, read))
        if seen is not None:
            found = seen if found is None else found.filled_from(seen)
    if found is not None:
        result.failures += found.failures
        result.coverage.remarks += found.remarks
    return found


def _attempt(result: CheckResult, do: Callable[[], _T]) -> _T | None:
    try:
        return do()
    except CampaignHealthError as error:
        result.failures.append(Failure(error.message, error.cure))
        return None


def _path_in(repository: Repository, path: Path) -> str | None:
    """A path from the repository's root, with `/`; None if it lies outside."""
    try:
        relative = Path(os.path.abspath(path)).relative_to(os.path.abspath(repository.root))
    except ValueError:
        try:
            relative = path.resolve().relative_to(repository.root.resolve())
        except ValueError:
            return None
    return relative.as_posix()


def _shown_path(manifest: Path, repository: Repository | None) -> str:
    inside = _path_in(repository, manifest) if repository else None
    return readable(inside if inside is not None else os.path.normpath(manifest))


def _order(finding: Finding) -> tuple[bool, str, int, str, str]:
    file, line = finding.place()
    return (finding.severity != "violation", file or "", line or 0, finding.rule, finding.event or "")
