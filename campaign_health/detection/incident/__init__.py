"""From days to incidents: opened, changed, recovered, and what they cost."""
