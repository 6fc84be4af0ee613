"""Verdicts, causes and incidents: pure functions from counts to judgements."""
