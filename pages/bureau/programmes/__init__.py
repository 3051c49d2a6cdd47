"""Programmes on screen: what holds where, drafts, what they would have brought, and the second officer's decision."""
