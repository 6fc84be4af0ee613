"""What an assistant can ask, answered in the words of the terminal."""
