"""A campaign's chain: event, started, activated, sent, delivered; the first link that breaks says where."""
