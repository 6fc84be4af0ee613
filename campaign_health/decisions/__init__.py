"""What people decide: recorded and undone, and incidents brought in line with all that was said."""
