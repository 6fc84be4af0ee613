"""Which files are read, and where strings stand in them."""
