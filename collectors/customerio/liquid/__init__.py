"""Which variables a message's Liquid needs."""
