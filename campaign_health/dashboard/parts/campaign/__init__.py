"""What the page of one campaign is made of."""
