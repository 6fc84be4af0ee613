"""What is kept of people, under keyed hashes: who was named, what they were given, and their arms."""
