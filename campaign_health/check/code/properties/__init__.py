"""The properties that calls give to their events."""
