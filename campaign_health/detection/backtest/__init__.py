"""Verdicts on a table of pairs, without network and database."""
