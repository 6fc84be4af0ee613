"""One run: what to ask of each source, save what answers, say what did not.

`collect_once` brings all that asks and saves with it, and is imported when it is asked for.
"""

from typing import TYPE_CHECKING, Any

from campaign_health.pipeline.order import Order, order_from_names
from campaign_health.pipeline.run_report import RunReport, WorkspaceReport

if TYPE_CHECKING:
    from campaign_health.pipeline.collect_once import collect_once

__all__ = ["Order", "RunReport", "WorkspaceReport", "collect_once", "order_from_names"]


def __getattr__(name: str) -> Any:
    if name != "collect_once":
        raise AttributeError(name)
    from campaign_health.pipeline.collect_once import collect_once

    globals()[name] = collect_once  # also over the module of that name
    return collect_once
