"""The schedule, and the morning it runs."""
