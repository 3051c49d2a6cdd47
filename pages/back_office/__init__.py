"""The back office's screens that belong to no single table: imports with a preview."""
