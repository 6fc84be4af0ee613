"""Tries the whole way with events of one's own, and asks Customer.io what its documentation leaves open."""
