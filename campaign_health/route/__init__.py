"""The event route: carries trigger events to Customer.io, proves what was sent, and makes good who missed it."""
