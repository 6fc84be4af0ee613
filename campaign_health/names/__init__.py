"""How alike two names of events or properties are, to every part that compares them."""
