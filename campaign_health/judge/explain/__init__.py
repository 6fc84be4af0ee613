"""Reads what an explanation needs, and asks for it."""
