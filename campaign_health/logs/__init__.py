"""Lines that a service writes about itself: each with its time and level, for people or for programs."""
