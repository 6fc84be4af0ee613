"""The calculation behind a verdict, as it can be checked by hand."""
