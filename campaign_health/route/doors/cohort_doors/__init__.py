"""How Mixpanel and Amplitude tell who is in a cohort."""
