"""The guides' screens (督导员): beside the bin, one hand, in the sun, with or without a network."""
