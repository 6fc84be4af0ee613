"""What the stand-ins know: a world of events and campaigns, counted by day."""
