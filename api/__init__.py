"""The API: parse, one call, translate. No rule lives here."""
