"""Keeps back what cannot be sent, or everything of an event, until the contract holds again."""
