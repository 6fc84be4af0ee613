"""Named reads: one function a question."""
