"""The judge: from stored numbers to stored verdicts and incidents; `workspace` judges."""
