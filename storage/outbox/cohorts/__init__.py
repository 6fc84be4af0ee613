"""What the route keeps of cohorts: what it was told of them, who is in them, and who is in their segments."""
