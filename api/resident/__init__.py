"""The residents' operations: their own households, and nobody else's."""
