"""The worker: one tally transaction, and the queue tasks around it."""
