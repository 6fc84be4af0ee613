"""The events that wait or are kept back, which are new, and what became of each."""
