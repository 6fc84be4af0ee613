"""What the syntax of one file says, alike in every language."""
