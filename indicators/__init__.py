"""Indicators: each community's day added up, and the plan's figures computed from it."""
