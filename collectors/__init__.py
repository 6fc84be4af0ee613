"""Fetches from Mixpanel and Customer.io; never touches the database."""
