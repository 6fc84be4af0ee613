"""What a process needs: its clock, its locks, its signals."""
