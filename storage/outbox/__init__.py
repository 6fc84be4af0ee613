"""The files of the route alone: no other part of the product opens them."""
