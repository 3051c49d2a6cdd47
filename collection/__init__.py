"""Collection: what trucks took from a community, and where it went."""
