"""The digest as data: what there is to say, and when it is due."""
