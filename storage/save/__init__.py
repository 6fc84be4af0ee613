"""Saves what was collected, by key, replacing what was there. Each is called inside a transaction."""

from storage.save.answered_days import mark_not_collected, save_source_days
from storage.save.campaign_definitions import mark_campaign_gone, save_campaigns
from storage.save.campaign_numbers import save_campaign_metrics, save_failures, save_journey_metrics
from storage.save.delivery_numbers import save_delivery
from storage.save.event_days import restart_event_series, save_event_window
from storage.save.event_definitions import save_definitions, save_property_profiles
from storage.save.message_numbers import save_message_metrics
from storage.save.numbers_of_services import save_customerio_workspace, save_event_service, save_mixpanel_view
from storage.save.part_counts import save_event_parts
from storage.save.promise_numbers import save_promise_hours
from storage.save.recovery_numbers import save_recoveries
from storage.save.runs import save_collection, save_requests, save_workspace_zone
from storage.save.segment_counts import mark_segments_gone, save_segment_counts, save_segments
from storage.save.triggered_rows import (
    mark_triggered_gone,
    mark_triggered_not_collected,
    save_newsletters,
    save_triggered,
    save_triggered_metrics,
)

__all__ = [
    "mark_campaign_gone",
    "mark_not_collected",
    "mark_segments_gone",
    "mark_triggered_gone",
    "mark_triggered_not_collected",
    "restart_event_series",
    "save_campaign_metrics",
    "save_campaigns",
    "save_collection",
    "save_customerio_workspace",
    "save_definitions",
    "save_delivery",
    "save_event_parts",
    "save_event_service",
    "save_event_window",
    "save_failures",
    "save_journey_metrics",
    "save_message_metrics",
    "save_mixpanel_view",
    "save_newsletters",
    "save_promise_hours",
    "save_property_profiles",
    "save_recoveries",
    "save_requests",
    "save_segment_counts",
    "save_segments",
    "save_source_days",
    "save_triggered",
    "save_triggered_metrics",
    "save_workspace_zone",
]
