"""Local stand-ins for Mixpanel, Customer.io and Slack, fed by a made-up or recorded world."""
