"""What is read of bins and drop-offs. Each query is set-based: one statement, however many bins."""
