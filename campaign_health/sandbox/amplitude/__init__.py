"""Amplitude's stand-in."""
