"""What Mixpanel knows: how often each event happened, and what it carried."""

from collectors.event_source import CountedBatch, Definitions, EventNames, EventRefused, ProjectTold
from collectors.mixpanel.event_counts import fetch_event_counts
from collectors.mixpanel.export.export_counts import WindowFailed, fetch_exported_counts
from collectors.mixpanel.lexicon import fetch_definitions, is_declared
from collectors.mixpanel.mixpanel_source import MixpanelSource
from collectors.mixpanel.names import fetch_event_names
from collectors.mixpanel.project import WITHHELD, ask_project, fetch_time_zone
from collectors.mixpanel.project_apis import MixpanelClient, MixpanelProject, TimeStorage
from collectors.mixpanel.properties import fetch_property_profiles
from collectors.mixpanel.window import last_day_served
from collectors.property_sample import json_type

__all__ = [
    "WITHHELD",
    "CountedBatch",
    "Definitions",
    "EventNames",
    "EventRefused",
    "MixpanelClient",
    "MixpanelProject",
    "MixpanelSource",
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
