"""What of an event goes to Customer.io, as the manifest says. Pure: nothing is read, asked or sent here."""
