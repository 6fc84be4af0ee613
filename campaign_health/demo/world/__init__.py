"""The made-up company: its events, campaigns, and what goes wrong there."""
