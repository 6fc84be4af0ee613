"""One run: what to ask of each source, save what answers, say what did not."""

from campaign_health.pipeline.collect_once import collect_once
from campaign_health.pipeline.order import Order, order_from_names
from campaign_health.pipeline.run_report import RunReport, WorkspaceReport

__all__ = ["Order", "RunReport", "WorkspaceReport", "collect_once", "order_from_names"]
