"""The guides' operations: the communities given to them today, and no others."""
