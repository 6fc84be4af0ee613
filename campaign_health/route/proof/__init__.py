"""What became of qualifying events: sent how soon, late, not at all, or not known."""
