"""What listens: each door authenticates, keeps, and answers in its sender's own dialect."""
