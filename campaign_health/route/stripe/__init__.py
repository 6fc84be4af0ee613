"""What Stripe says of a person's subscription: asked, kept for a while, and told by Stripe itself."""
