"""What is stored about a household: one registry, read by the export and by the page that says it in plain words."""
