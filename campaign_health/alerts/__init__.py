"""The digest and the channels it goes to."""
