"""Reading points: what a household holds, until when, and how it came by it."""
