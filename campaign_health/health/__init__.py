"""How the schedule is, seen from outside: the same numbers for `/healthz`, `/metrics` and the metrics file."""
