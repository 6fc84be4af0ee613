"""What the services of one sandbox share: the world, the clock, the limits and the keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.world.world import World


@dataclass(frozen=True)
class Keys:
    """The credentials the sandbox accepts. They open nothing else."""

    service_account: str = "sandbox.mp-service-account"
    service_secret: str = "sandbox-service-secret"  # noqa: S105
    app_api_key: str = "sandbox-app-api-key"
    site_id: str = "sandbox-site-id"
    track_api_key: str = "sandbox-track-api-key"
    amplitude_key: str = "sandbox-amplitude-key"
    amplitude_secret: str = "sandbox-amplitude-secret"  # noqa: S105


@dataclass
class Setting:
    """``now`` gives the services' time of day, ``seconds`` the running time by which rate limits are kept.

    ``pause`` takes as long as a service needs to answer.
    """

    world: World
    now: Callable[[], datetime]
    seconds: Callable[[], float]
    pause: Callable[[], None]
    limits: Limits = field(default_factory=Limits)
    keys: Keys = field(default_factory=Keys)
