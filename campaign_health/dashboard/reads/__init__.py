"""What the pages ask of the published file: one module a page, one function a question."""
