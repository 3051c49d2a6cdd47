"""Households: one address, one code, one card of a kind. Knows nothing of drop-offs."""
