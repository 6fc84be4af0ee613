"""What of a Customer.io workspace is watched, as every surface says it."""

from __future__ import annotations

NOT_WATCHED = (
    "Campaigns are watched. Broadcasts and transactional messages are watched where the manifest names their event; "
    "of the others only the sends are shown, and newsletters are listed."
)

CHECKED = ("healthy", "volume_down", "surging", "silent", "event_lost", "degraded", "muted", "expected")
"""The statuses of campaigns of which something could be said; of the others nobody knows whether they are well."""
