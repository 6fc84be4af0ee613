"""Counts and properties from Mixpanel's raw export, streamed."""
