"""What Amplitude knows: how often each event happened, and what it carried; the same records as Mixpanel's."""

from collectors.amplitude.amplitude_client import AmplitudeClient, AmplitudeProject
from collectors.amplitude.amplitude_names import fetch_listed_events
from collectors.amplitude.amplitude_profiles import fetch_amplitude_profiles
from collectors.amplitude.amplitude_source import AmplitudeSource
from collectors.amplitude.cost_budget import CostBudget
from collectors.amplitude.raw_hours import export_is_allowed, newest_ready_hour
from collectors.amplitude.segmentation import fetch_segmented_counts

__all__ = [
    "AmplitudeClient",
    "AmplitudeProject",
    "AmplitudeSource",
    "CostBudget",
    "export_is_allowed",
    "fetch_amplitude_profiles",
    "fetch_listed_events",
    "fetch_segmented_counts",
    "newest_ready_hour",
]
