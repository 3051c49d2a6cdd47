"""Honest and dishonest days as rows, without doors: what the search for flags is measured on."""
