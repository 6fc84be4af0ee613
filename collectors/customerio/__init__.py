"""What Customer.io knows: campaigns, their messages, and what was sent."""
