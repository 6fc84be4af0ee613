"""Stripe's stand-in."""
