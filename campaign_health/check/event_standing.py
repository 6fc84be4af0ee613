"""Where a trigger event stands in the code, in words: what is known of how it is sent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["sent", "constant", "string", "only_named", "unread_file", "skipped_folder", "nowhere"]
SEEN: frozenset[Kind] = frozenset({"sent", "constant", "string"})
SHOWN_PLACES = 3
_BEFORE = {
    "sent": "sent by a call at ",
    "constant": "a constant at ",
    "string": "a string at ",
    "unread_file": "in a file that is not read (",
    "skipped_folder": "in a folder that is skipped (",
}
_ONLY = {
    "type": "a type only, at ",
    "case": "a `case` only, at ",
    "comparison": "a comparison only, at ",
    "list": "a list of names only, at ",
    "shown": "a text or a style only, at ",
    "logged": "a log line only, at ",
    "imported": "an import only, at ",
}


@dataclass(frozen=True)
class EventStanding:
    """One trigger event.

    Attributes:
        kind: `sent` by a call; a `constant` or a `string` that may be sent; `only_named` by a type, a comparison or
            the like; `unread_file`, `skipped_folder`: quoted there; `nowhere`.
        places: `path:line`, the one that tells most first.
        naming: For `only_named`: by what.
        at_base: It stood so at the base and stands nowhere now.
    """

    event: str
    kind: Kind
    places: tuple[str, ...] = ()
    naming: str | None = None
    at_base: bool = False

    @property
    def seen(self) -> bool:
        """Whether it could be missed if it went."""
        return self.kind in SEEN

    def said(self) -> str:
        """`sent by a call at src/app.ts:12`."""
        if self.kind == "nowhere":
            return "nowhere"
        begin = _BEFORE.get(self.kind) or _ONLY[self.naming or "type"]
        shown = ", ".join(self.places[:SHOWN_PLACES])
        more = len(self.places) - SHOWN_PLACES
        text = begin + shown + (f" and {more} more" if more > 0 else "") + (")" if begin.endswith("(") else "")
        return f"at the base {text}" if self.at_base else text

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "places": list(self.places), "said": self.said()}


def lines(standings: list[EventStanding], most: int = 40) -> list[str]:
    """One line for each event, unseen ones first; of many seen ones only how many there are of each kind."""
    unseen = [f"`{one.event}`: {one.said()}." for one in standings if not one.seen]
    seen = [one for one in standings if one.seen]
    if len(seen) > most:
        kinds = {"sent": "sent by a call", "constant": "a constant", "string": "a string"}
        counts = [(word, sum(1 for one in seen if one.kind == kind)) for kind, word in kinds.items()]
        said = [f"{number} {word}" for word, number in counts if number]
        return [*unseen, f"The others: {', '.join(said)}; each with its places in JSON and SARIF."]
    return unseen + [f"`{one.event}`: {one.said()}." for one in seen]
