"""How the services are reached that numbers are read from: keys are wrapped so that they cannot be printed."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, SecretStr

from campaign_health.words.service_links import CUSTOMERIO_CAMPAIGN_PAGES, MIXPANEL_EVENT_PAGES


class Frozen(BaseModel):
    """What does not change once it is read."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)


class MixpanelSettings(Frozen):
    """How to reach one Mixpanel project."""

    project_id: str
    service_account: str
    service_secret: SecretStr
    region: Literal["us", "eu", "in"]
    query_url: str
    export_url: str
    app_url: str
    queries_per_hour: int
    exports_per_second: float
    time_storage: Literal["utc", "project"]
    count_source: Literal["auto", "query", "export"]
    event_page: str = MIXPANEL_EVENT_PAGES["us"]

    @property
    def hourly_share(self) -> str:
        """Whose queries are counted together, hour by hour: the project's at its address."""
        return f"{self.query_url} {self.project_id}"


class AmplitudeSettings(Frozen):
    """How to reach one Amplitude project. `time_zone` is the project's, which no API tells."""

    api_key: SecretStr
    secret_key: SecretStr
    region: Literal["us", "eu"]
    url: str
    cost_per_hour: int
    cost_per_five_minutes: int
    time_zone: str | None = None
    event_page: str | None = None

    @property
    def hourly_share(self) -> str:
        """Whose queries are counted together, hour by hour: the project's, named by a digest of its key."""
        return "amplitude " + hashlib.blake2b(self.api_key.get_secret_value().encode(), digest_size=8).hexdigest()


class SqlSettings(Frozen):
    """How to ask a database of the team's own for its counts of events; `name` is what people call it.

    An answer may take so many `seconds`. `time_zone` is that of the days which the query returns.
    """

    name: str
    url: SecretStr
    query: str
    seconds: float
    time_zone: str | None = None


class CustomerioSettings(Frozen):
    """How to reach one Customer.io workspace."""

    app_api_key: SecretStr
    region: Literal["us", "eu"]
    app_url: str
    messages_per_run: int
    requests_per_second: float
    workspace_id: int | None = None
    campaign_page: str = CUSTOMERIO_CAMPAIGN_PAGES["us"]
