"""People: who signs in, with which role and scope, and who looked at whose record. Knows nothing of waste."""
