"""The route, to the monitor one more source: numbers in a file of the data directory."""

from collectors.route.left_delivery import read_delivery
from collectors.route.left_numbers import FILE_NAME, VERSION, has_route_numbers, read_promises, read_recoveries

__all__ = ["FILE_NAME", "VERSION", "has_route_numbers", "read_delivery", "read_promises", "read_recoveries"]
