"""How the stand-ins answer over HTTP: exchanges, limits, spoiled bodies."""
