"""Labelled histories of invented but realistic projects, seeded, and knowing nothing of the code they test."""

from tests.causes_corpus.histories import History, histories

__all__ = ["History", "histories"]
