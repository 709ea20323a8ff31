"""Every card in the states it can be in: kept as JSON, drawn, and looked at by rules. `make gallery` does it anew."""
