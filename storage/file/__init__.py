"""The two files: opening, locking, migrating, publishing, restoring."""
