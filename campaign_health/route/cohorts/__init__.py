"""The batch route: cohorts of Mixpanel, of Amplitude and of our own, as manual segments of Customer.io."""
