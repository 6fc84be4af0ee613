"""How much of the properties that campaigns need could be seen in the code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PropertyCoverage:
    """What was seen of the calls of events whose properties matter.

    Attributes:
        calls: Such calls at the head.
        visible: Those whose keys are all written in the code; nothing is known about what the others leave out.
        already_so: Properties of calls that are missing or of another type than the manifest's, as at the base.
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
            said.append(
                "1 property differs from the manifest, as it did before."
                if self.already_so == 1
                else f"{self.already_so} properties differ from the manifest, as they did before."
            )
        return said
