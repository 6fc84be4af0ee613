"""Who missed a message, why, who can still be reached, and the ways to reach them."""
