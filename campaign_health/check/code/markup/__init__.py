"""Pages cut into the pieces of code that stand in them, each in its old place. Knows nothing of languages' grammars."""
