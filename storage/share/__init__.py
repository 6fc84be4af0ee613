"""Where published tables go besides the published file: databases and object stores that the team already looks at."""
