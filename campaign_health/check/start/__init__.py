"""A first manifest: what the code of a repository sends, and what a tracking plan lists."""
