"""One file a source: what to ask of it, and how its answers are saved."""
