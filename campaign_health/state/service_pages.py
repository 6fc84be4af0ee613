"""Where people find a workspace's campaigns and events in the services themselves."""

from __future__ import annotations

from campaign_health.settings import WorkspaceSettings
from campaign_health.words.service_links import ServicePages
from storage.read.service_numbers import ServiceNumbers


def service_pages(settings: WorkspaceSettings | None, numbers: ServiceNumbers) -> ServicePages:
    """The pages of a workspace as it is set up now; none are known of one that is not, or of a service without keys."""
    customerio = settings.customerio if settings is not None else None
    mixpanel = settings.mixpanel if settings is not None else None
    amplitude = settings.amplitude if settings is not None else None
    pages = ServicePages()
    return ServicePages(
        campaign_pattern=customerio.campaign_page if customerio else pages.campaign_pattern,
        event_pattern=mixpanel.event_page if mixpanel else amplitude.event_page if amplitude else None,
        customerio_workspace=(customerio.workspace_id or numbers.customerio_workspace) if customerio else None,
        mixpanel_project=mixpanel.project_id if mixpanel else None,
        mixpanel_view=numbers.mixpanel_view if mixpanel else None,
        events_in=settings.event_service if settings is not None else pages.events_in,
    )
