"""Renderings of one digest. Each is a pure function from the digest to text."""
