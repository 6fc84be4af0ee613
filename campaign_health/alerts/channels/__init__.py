"""Where a digest goes: one module a channel, and what every channel shares."""
