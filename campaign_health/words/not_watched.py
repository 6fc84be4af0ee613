"""What of a Customer.io workspace is not looked at, as every surface says it."""

from __future__ import annotations

NOT_WATCHED = "Only campaigns are watched; API-triggered broadcasts, newsletters and transactional messages are not."

CHECKED = ("healthy", "volume_down", "surging", "silent", "event_lost", "degraded", "muted", "expected")
"""The statuses of campaigns of which something could be said; of the others nobody knows whether they are well."""
