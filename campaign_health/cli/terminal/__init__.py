"""What the commands share: writing to the terminal, and options."""
