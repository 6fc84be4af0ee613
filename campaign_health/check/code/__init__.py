"""What stands in the code: event names as strings, and the calls that send them."""
