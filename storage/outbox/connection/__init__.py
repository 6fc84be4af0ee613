"""What the statements run on: SQLite or PostgreSQL, and who of several writes what."""
