"""From the queue to Customer.io: whose turn it is, what an answer means, and when it is tried again."""
