"""One HTTP client: bounds, pacing, retries, redaction."""
