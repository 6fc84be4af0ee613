"""Which open incidents anybody should hear of, and what all of those cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from campaign_health.state.incident import Incident, in_order
from campaign_health.words.numbers import in_round_figures


@dataclass(frozen=True)
class RiskAWeek:
    """What a week of everything broken costs, as far as it is known.

    `sums` are by currency (ISO 4217 code), of the round figures that each incident is told with, and empty where none
    has an amount; `unpriced` campaigns have no deal value, so that their money is not known.
    """

    sums: Mapping[str, float]
    unpriced: int


@dataclass(frozen=True)
class Standing:
    """The open incidents, each worst first: `broken` (loud, also where a rename was confirmed or somebody is on it),
    `muted` for a while, and `intended`: somebody said that it is no break.
    """

    broken: tuple[Incident, ...] = ()
    muted: tuple[Incident, ...] = ()
    intended: tuple[Incident, ...] = ()

    @property
    def risk(self) -> RiskAWeek:
        """What is at risk in all that is broken, the muted ones too: silence costs no less for not being heard of."""
        losing = (*self.broken, *self.muted)
        sums: dict[str, float] = {}
        for one in losing:
            if one.risk_a_week is not None:
                sums[one.currency] = sums.get(one.currency, 0.0) + in_round_figures(one.risk_a_week)
        return RiskAWeek(sums, sum(one.unpriced for one in losing))

    def joined(self, other: Standing) -> Standing:
        """This and another workspace's together."""
        return Standing(
            in_order((*self.broken, *other.broken)),
            in_order((*self.muted, *other.muted)),
            in_order((*self.intended, *other.intended)),
        )


def standing_on(incidents: Iterable[Incident], today: date) -> Standing:
    """How the open ones among the incidents stand on a day in the workspace's zone."""
    found = in_order(one for one in incidents if one.is_open)
    return Standing(
        tuple(one for one in found if not one.expected_by and not one.is_muted(today)),
        tuple(one for one in found if not one.expected_by and one.is_muted(today)),
        tuple(one for one in found if one.expected_by),
    )
