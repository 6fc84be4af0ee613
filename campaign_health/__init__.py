"""What the numbers mean, and everyone who hears of it."""
