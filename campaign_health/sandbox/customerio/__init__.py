"""Customer.io's stand-in."""
