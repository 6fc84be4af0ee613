"""Each event against its own history, and the whole project's level."""
