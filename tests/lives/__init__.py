"""Whole lives of incidents: made-up companies watched morning by morning, and what a true monitor says of each."""
