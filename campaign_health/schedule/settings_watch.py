"""Settings that change while the schedule runs: keys are rotated without a restart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from campaign_health.errors import CouldNotStart, SettingsError
from campaign_health.schedule.round_words import trouble
from campaign_health.settings import Settings, WorkspaceSettings


class SettingsWatch:
    """Reads the settings again and again. What cannot be used is told once, and what could be used last still holds.

    Args:
        read: reads them; raises SettingsError.
        only: names of workspaces to work on; empty for all.
        note: gets one line where they changed or cannot be used.

    Raises:
        SettingsError, CouldNotStart: they cannot be used at the beginning.
    """

    def __init__(self, read: Callable[[], Settings], only: Sequence[str], note: Callable[[str], None]) -> None:
        self._read, self._only, self._note = read, only, note
        self._told: str | None = None
        self._seen = read()
        self.settings = workable(self._seen, only)

    def look(self) -> bool:
        """Reads them again, and returns whether `settings` are others than before."""
        try:
            seen = self._read()
            if seen == self._seen:
                self._told = None
                return False
            found = workable(seen, self._only)
        except (SettingsError, CouldNotStart) as failure:
            if str(failure) != self._told:
                self._note(trouble(f"The settings cannot be used, so the last ones still hold. {failure}"))
            self._told = str(failure)
            return False
        self._told = None
        if found.data_dir != self.settings.data_dir:
            self._note(
                trouble(f"The data directory stays {self.settings.data_dir} until the schedule is started again.")
            )
            found = found.model_copy(update={"data_dir": self.settings.data_dir})
        self._seen = seen
        self._note("The settings changed, and hold from now on.")
        self.settings = found
        return True


def workable(settings: Settings, only: Sequence[str]) -> Settings:
    """The settings with those of their workspaces that are named (all where none is) and have keys.

    Raises:
        CouldNotStart: a name is not that of a workspace, or there are no keys.
    """
    names = [workspace.name for workspace in settings.workspaces]
    for name in only:
        if name not in names:
            raise CouldNotStart(f"There is no workspace {name!r}.", f"The workspaces are {', '.join(names)}.")
    chosen = tuple(one for one in settings.workspaces if (not only or one.name in only) and _has_keys(one))
    if not chosen:
        raise CouldNotStart(
            "There are no keys.",
            "Set Mixpanel's (or Amplitude's, or EVENTS_SQL_URL) and Customer.io's; `campaign-health demo` needs none.",
        )
    return settings.model_copy(update={"workspaces": chosen})


def _has_keys(workspace: WorkspaceSettings) -> bool:
    return workspace.events is not None or workspace.customerio is not None
