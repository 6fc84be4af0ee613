"""The manifest, and the check that guards it."""
