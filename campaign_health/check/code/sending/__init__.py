"""The calls that send events, and the constants that hold their names."""
