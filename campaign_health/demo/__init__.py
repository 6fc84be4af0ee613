"""The demonstration: a made-up company collected, judged and shown."""
