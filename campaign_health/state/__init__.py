"""What is, right now: the one read side of status, digest, dashboard and explain."""
