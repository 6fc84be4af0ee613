"""What the gate looks up outside the code: the live services, or a published file."""
