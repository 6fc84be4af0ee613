"""What became of names between a base and now."""
