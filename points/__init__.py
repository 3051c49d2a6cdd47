"""Points: the ledger, the rules of a household's day, and its settlement."""
