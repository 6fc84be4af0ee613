"""One pair of counts, event and sends: what is expected, how strong the evidence is, when it is enough."""
