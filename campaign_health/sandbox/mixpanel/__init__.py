"""Mixpanel's stand-in."""
