"""Which event took the place of which."""
