"""The one workspace that a command of the route is about, and its contract."""

from __future__ import annotations

from campaign_health.errors import CouldNotStart
from campaign_health.manifest.problems import ManifestError
from campaign_health.route.manifest_contract import ManifestContract, read_contract
from campaign_health.settings import WorkspaceSettings


def only_workspace(workspaces: tuple[WorkspaceSettings, ...], name: str | None) -> WorkspaceSettings:
    """The workspace of this name, or the only one there is. Raises CouldNotStart where there are several."""
    found = [one for one in workspaces if name in (None, one.name)]
    if len(found) != 1:
        raise CouldNotStart("There are several workspaces.", "Say which with --workspace.")
    return found[0]


def contract_of(of: WorkspaceSettings) -> ManifestContract:
    """What its manifest says is moved. Raises CouldNotStart where there is none, or it cannot be read."""
    if of.manifest_path is None:
        raise CouldNotStart("There is no manifest, which says what is moved.", "`campaign-health init` writes one.")
    try:
        return read_contract(of.manifest_path, person_by=of.route.person)
    except ManifestError as problem:
        raise CouldNotStart(str(problem.message), problem.cure) from problem
