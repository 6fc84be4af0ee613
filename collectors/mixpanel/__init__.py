"""What Mixpanel knows: how often each event happened, and what it carried."""

from collectors.mixpanel.event_counts import CountedBatch, EventRefused, fetch_event_counts
from collectors.mixpanel.export.export_counts import WindowFailed, fetch_exported_counts
from collectors.mixpanel.lexicon import Definitions, fetch_definitions, is_declared
from collectors.mixpanel.names import EventNames, fetch_event_names
from collectors.mixpanel.project import WITHHELD, ProjectTold, ask_project, fetch_time_zone
from collectors.mixpanel.project_apis import MixpanelClient, MixpanelProject, TimeStorage
from collectors.mixpanel.properties import fetch_property_profiles, json_type
from collectors.mixpanel.window import last_day_served

__all__ = [
    "WITHHELD",
    "CountedBatch",
    "Definitions",
    "EventNames",
    "EventRefused",
    "MixpanelClient",
    "MixpanelProject",
    "ProjectTold",
    "TimeStorage",
    "WindowFailed",
    "ask_project",
    "fetch_definitions",
    "fetch_event_counts",
    "fetch_event_names",
    "fetch_exported_counts",
    "fetch_property_profiles",
    "fetch_time_zone",
    "is_declared",
    "json_type",
    "last_day_served",
]
