"""The officers' screens (城管局): what they watch, decide and answer for."""
