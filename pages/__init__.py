"""Server-rendered screens. Templates get plain values."""
