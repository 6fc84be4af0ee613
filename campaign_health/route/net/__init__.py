"""What is read out of Mixpanel's export beside the doors: what they missed, and who did not come."""
