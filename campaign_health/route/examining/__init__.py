"""The route's part of the doctor: what is wrong with it, and how to mend it. Nothing is changed."""
