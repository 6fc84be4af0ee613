"""Compares two shares."""
