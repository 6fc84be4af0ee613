"""How much of the properties that campaigns need could be seen in the code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PropertyCoverage:
    """What was seen of the calls of events whose properties matter.

    Attributes:
        calls: Such calls at the head.
        visible: Those whose keys are all written in the code; nothing is known about what the others leave out.
        already_so: Keys that lack or have another type than the manifest's, but did so at the base.
    """

    calls: int
    visible: int
    already_so: int

    def sentences(self) -> list[str]:
        """For people; none where no call sends such an event."""
        if not self.calls:
            return []
        said = [f"Properties visible in {self.visible} of {self.calls} call{'' if self.calls == 1 else 's'}."]
        if self.already_so:
            one = self.already_so == 1
            said.append(f"{self.already_so} differ{'s' if one else ''} from the manifest as before.")
        return said
