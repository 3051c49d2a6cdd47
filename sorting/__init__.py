"""Drop-offs: who put what where, and what a guide said of it. Knows nothing of points."""
